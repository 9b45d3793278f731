import { symlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { parseImage, readKeystoreFile, verifyImage } from '../../src/core/wolfboot/index.ts';
import { firmware } from '../support/image-keys.ts';
import { buildCliBundle, type CliBundle } from '../support/cli-bundle.ts';
import { workFolder, type WorkFolder } from '../support/peer-tools.ts';

/*
 * The programs as wolfBoot's Makefile starts them: both variables in quotes, so that each is one word.
 */

const makefile = `
KEYGEN_OPTIONS := --ecc256
SIGN_OPTIONS := --ecc256
PRIVATE_KEY := release.der

fw_v1_signed.bin: fw.bin $(PRIVATE_KEY)
\tIMAGE_HEADER_SIZE=1024 "$(SIGN_TOOL)" $(SIGN_OPTIONS) fw.bin $(PRIVATE_KEY) 1

$(PRIVATE_KEY):
\t"$(KEYGEN_TOOL)" $(KEYGEN_OPTIONS) -g $(PRIVATE_KEY)

bad-use:
\t"$(SIGN_TOOL)" fw.bin
`;

let bundle: CliBundle;
let folder: WorkFolder;

beforeAll(async () => {
  bundle = await buildCliBundle();
}, 60_000);
afterAll(() => {
  bundle.remove();
});
beforeEach(() => {
  folder = workFolder();
  folder.run('mkdir', 'src', 'bin');
  folder.write('Makefile', makefile);
  folder.write('fw.bin', firmware(5000));
});
afterEach(() => {
  folder.remove();
});

/** `npm install` makes a link in a folder of the path for every program of the package. */
function install(): string {
  for (const [name, file] of Object.entries(packageJson.bin)) {
    symlinkSync(bundle.program(file.replace('dist-cli/', '')), folder.path(`bin/${name}`));
  }
  return `${folder.path('bin')}:${process.env.PATH ?? ''}`;
}

async function expectSignedImage(): Promise<void> {
  const { slots } = await readKeystoreFile(folder.read('keystore.der'), 'keystore.der');
  const image = folder.read('fw_v1_signed.bin');
  expect(parseImage(image, 'image').headerSizeBytes).toBe(1024);
  expect(await verifyImage(image, slots)).toMatchObject({ ok: true, version: 1 });
}

describe('a Makefile that quotes KEYGEN_TOOL and SIGN_TOOL', () => {
  it('makes a key and signs with the names that npm installs', async () => {
    const tools = ['KEYGEN_TOOL=keyfuse-keygen', 'SIGN_TOOL=keyfuse-sign'];
    const run = folder.run('env', `PATH=${install()}`, 'make', ...tools);
    expect({ exitCode: run.exitCode, text: run.text }).toMatchObject({ exitCode: 0 });
    await expectSignedImage();
  });

  it('makes a key and signs with the files of a build', async () => {
    const run = folder.run(
      'make',
      `KEYGEN_TOOL=${bundle.program('keyfuse-keygen.js')}`,
      `SIGN_TOOL=${bundle.program('keyfuse-sign.js')}`,
    );
    expect({ exitCode: run.exitCode, text: run.text }).toMatchObject({ exitCode: 0 });
    await expectSignedImage();
  });

  it('makes an LMS key and signs with it, with the parameters of the configuration', async () => {
    const lms = () =>
      folder.run(
        'env',
        'LMS_LEVELS=2',
        'LMS_HEIGHT=5',
        'LMS_WINTERNITZ=8',
        'make',
        'KEYGEN_OPTIONS=--lms',
        'SIGN_OPTIONS=--lms',
        `KEYGEN_TOOL=${bundle.program('keyfuse-keygen.js')}`,
        `SIGN_TOOL=${bundle.program('keyfuse-sign.js')}`,
      );
    const run = lms();
    expect({ exitCode: run.exitCode, text: run.text }).toMatchObject({ exitCode: 0 });
    expect(run.text).toContain('L2-H5-W8');
    expect(run.text).toContain('used index 0; 1023 of 1024 signatures left');
    expect(folder.read('release.der')[7]).toBe(1);
    const { slots } = await readKeystoreFile(folder.read('keystore.der'), 'keystore.der');
    const image = folder.read('fw_v1_signed.bin');
    expect(await verifyImage(image, slots)).toMatchObject({ ok: true, version: 1 });
    folder.run('rm', 'fw_v1_signed.bin');
    expect(lms()).toMatchObject({ exitCode: 0 });
    expect(folder.read('release.der')[7]).toBe(2);
  });

  it('stops at the exit code of the tool', () => {
    const run = folder.run('make', 'bad-use', `SIGN_TOOL=${bundle.program('keyfuse-sign.js')}`);
    expect(run.exitCode).not.toBe(0);
    expect(run.text).toContain('keyfuse sign:');
    expect(run.text).toContain('Error 2');
  });
});
