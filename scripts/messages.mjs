// `npm run messages`: compiles the texts of src/i18n/messages into typed functions.
// A caller that runs several commands at once compiles first and says so, because two compilers
// would write the same files.
import { spawnSync } from 'node:child_process';
import { env, execPath, exit } from 'node:process';

if (env.KEYFUSE_MESSAGES_COMPILED !== '1') {
  const { status } = spawnSync(
    execPath,
    [
      'node_modules/@inlang/paraglide-js/bin/run.js',
      'compile',
      '--project',
      './project.inlang',
      '--silent',
    ],
    { stdio: 'inherit' },
  );
  exit(status ?? 1);
}
