// `npm start`: installs if needed, builds, and serves the app. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chdir } from 'node:process';
import { installDependencies } from './dependencies.mjs';
import { portFrom, serve } from './serve.mjs';

chdir(join(import.meta.dirname, '..'));
const port = portFrom(process.argv.slice(2));

installDependencies();
const build = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
if (build.status !== 0) {
  console.error('The build failed; nothing is served.');
  process.exit(1);
}
serve({ folder: 'dist', port });
