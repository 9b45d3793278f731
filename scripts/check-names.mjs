// File names are kebab-case, with dotted suffixes such as `.test.ts` or `.worker.ts`.
import { basename } from 'node:path';
import { filesUnder } from './files.mjs';

const CODE = /\.(ts|tsx|mts|js|mjs|css)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const GENERATED = /i18n[\\/]paraglide[\\/]/;

const wrong = ['src', 'test', 'scripts', 'bench']
  .flatMap(filesUnder)
  .filter((path) => CODE.test(path) && !GENERATED.test(path) && !KEBAB.test(basename(path)));

for (const path of wrong) console.error(`not kebab-case: ${path}`);
process.exit(wrong.length > 0 ? 1 : 0);
