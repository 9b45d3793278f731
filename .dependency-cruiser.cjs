/**
 * Who may import whom (docs/ARCHITECTURE.md). Each room lists what it may reach; everything
 * else is a violation, so a new room or library must be written down here first.
 */
const BYTES = '^src/core/bytes/';
const PORTS = '^src/core/ports/';
const ERRORS = '^src/core/errors(\\.ts$|/)';
const CRYPTO = '^src/core/crypto/';
const WOLFBOOT = '^src/core/wolfboot/';
const STM32 = '^src/core/stm32/';
const SERIAL = '^src/core/serial/';
const CORE = '^src/core/';
const GENERATED_MESSAGES = '^src/i18n/paraglide/';

const npm = (name) => `(^|/)node_modules/${name}(/|$)`;
const NOBLE = npm('@noble/[^/]+');
const REACT = npm('(@types/)?react(-dom)?');

const ROOMS = {
  'core/bytes': [ERRORS],
  'core/errors': [BYTES],
  'core/ports': [BYTES, ERRORS],
  'core/crypto': [BYTES, PORTS, ERRORS, NOBLE],
  'core/wolfboot': [BYTES, PORTS, ERRORS, CRYPTO, NOBLE],
  'core/custody': [BYTES, PORTS, ERRORS, CRYPTO, NOBLE],
  'core/opentitan': [BYTES, PORTS, ERRORS, CRYPTO, NOBLE],
  'core/psa': [BYTES, PORTS, ERRORS, CRYPTO, NOBLE],
  'core/vault': [BYTES, PORTS, ERRORS, CRYPTO, NOBLE],
  'core/stm32': [BYTES, PORTS, ERRORS],
  'core/serial': [BYTES, PORTS, ERRORS],
  'core/provisioning': [BYTES, PORTS, ERRORS, CRYPTO, WOLFBOOT, STM32, SERIAL, NOBLE],
  transports: [BYTES, PORTS, ERRORS, npm('dfu')],
  platform: [
    BYTES,
    PORTS,
    ERRORS,
    npm('idb'),
    npm('valibot'),
    npm('hash-wasm'),
    npm('age-encryption'),
  ],
  // Its bootloader decrypts with a code path of its own.
  virtual: [CORE, NOBLE],
  // Their entries may reach platform too: rule "worker-entries-imports".
  workers: [CORE],
  // `state` sees the types of `workers` too: rule "state-sees-worker-types-only".
  // React: the hooks through which features read the stores (state/react.ts).
  state: [CORE, '^src/workers/', npm('zustand'), npm('valibot'), REACT],
  // Mantine is narrowed further to ui/kit: rule "mantine-only-in-kit".
  // xterm is narrowed further to ui/terminal: rule "xterm-only-in-terminal".
  ui: [BYTES, REACT, npm('@mantine/[^/]+'), npm('@xterm/[^/]+')],
  // `i18n` sees the types of `core/errors` only: rule "i18n-sees-error-types-only".
  i18n: [ERRORS, GENERATED_MESSAGES],
  features: [
    '^src/state/',
    '^src/ui/',
    CORE,
    '^src/i18n/',
    REACT,
    npm('wouter'),
    npm('qr'),
    npm('valibot'),
  ],
};

/** Where a worker meets the browser, as `app` does in the page: storage, ciphers and devices are handed over there. */
const WORKER_ENTRY = '^src/workers/[^/]+/worker\\.ts$';

const roomPath = (room) => (room === 'core/errors' ? ERRORS : `^src/${room}/`);

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room.replaceAll('/', '-')}-imports`,
  comment: `${room} may import only its own files and the rooms and libraries listed for it`,
  severity: 'error',
  from: { path: roomPath(room), pathNot: [GENERATED_MESSAGES, WORKER_ENTRY] },
  to: { pathNot: [roomPath(room), ...allowed] },
}));

const KNOWN_ROOMS = [...Object.keys(ROOMS).map(roomPath), '^src/(app|cli)/', '^src/main\\.tsx$'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'worker-entries-imports',
      comment: 'the entry of a worker composes it of its own files, core, platform and transports',
      severity: 'error',
      from: { path: WORKER_ENTRY },
      to: { pathNot: ['^src/workers/', CORE, '^src/platform/', '^src/transports/'] },
    },
    {
      name: 'only-app-speaks-to-the-device-worker',
      comment:
        'what the device worker can be asked goes through the ports and core/provisioning (ADR 7)',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/workers/devices/', '^src/app/'] },
      to: { path: '^src/workers/devices/' },
    },
    {
      name: 'only-provisioning-burns',
      comment:
        'writing OTP or option bytes and erasing everything are steps of an approved plan and of nothing else',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/provisioning/' },
      to: { path: '^src/core/stm32/(otp-write|mass-erase|option-write)\\.ts$' },
    },
    {
      name: 'powers-stay-within',
      comment:
        'the raw acts behind those steps: for whoever makes sessions, and for the three files that check',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/stm32/' },
      to: {
        path: '^src/core/stm32/(dfu-powers|engine-powers|dfu-engine|dfu-requests)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'features-stay-apart',
      comment: 'one screen never imports another; share through state, ui or core',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: '^src/features/$1/' },
    },
    {
      name: 'state-sees-worker-types-only',
      comment: 'state is handed a running worker; it knows only its types',
      severity: 'error',
      from: { path: '^src/state/' },
      to: { path: '^src/workers/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'i18n-sees-error-types-only',
      comment: 'remedies are keyed by error code; no code of the core runs in them',
      severity: 'error',
      from: { path: '^src/i18n/', pathNot: GENERATED_MESSAGES },
      to: { path: ERRORS, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'mantine-only-in-kit',
      comment: 'ui/kit wraps Mantine; only the app provider and the style sheets stand outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ui/kit/|app/|main\\.tsx$)' },
      to: { path: npm('@mantine/[^/]+') },
    },
    {
      name: 'xterm-only-in-terminal',
      comment: 'ui/terminal wraps xterm, so that it is loaded when a console is opened',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ui/terminal/' },
      to: { path: npm('@xterm/[^/]+') },
    },
    {
      name: 'nothing-reaches-back-to-app-or-cli',
      comment: 'app and cli compose the rooms; no room knows them',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app/|cli/|main\\.tsx$)' },
      to: { path: '^src/(app/|cli/|main\\.tsx$)' },
    },
    {
      name: 'unknown-room',
      comment: 'every file under src lives in a room of the plan; name the new room here first',
      severity: 'error',
      from: { path: '^src/', pathNot: [...KNOWN_ROOMS, GENERATED_MESSAGES] },
      to: {},
    },
    {
      name: 'unknown-room-imported',
      comment: 'every file under src lives in a room of the plan; name the new room here first',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [...KNOWN_ROOMS, GENERATED_MESSAGES] },
    },
    {
      name: 'node-only-in-cli',
      comment: 'the app runs in a page; only the command line may ask Node',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', GENERATED_MESSAGES] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-tests-in-src',
      comment: 'product code never imports test code',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|bench)/' },
    },
    {
      name: 'no-dev-dependency',
      comment: 'what ships must stand in dependencies (types excepted)',
      severity: 'error',
      from: { path: '^src/', pathNot: GENERATED_MESSAGES },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    },
    {
      name: 'not-resolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: { pathNot: GENERATED_MESSAGES },
      to: { couldNotResolve: true, pathNot: ['^virtual:', '\\?(worker|url|raw|inline)'] },
    },
    {
      name: 'no-circular',
      comment: 'a circle means two files are one thing, or a third is missing',
      severity: 'error',
      from: { pathNot: GENERATED_MESSAGES },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'a file that imports nothing and is imported by nothing is dead',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: [GENERATED_MESSAGES, '\\.d\\.ts$', '^src/workers/', '/index\\.ts$', '\\.css$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'src/i18n/paraglide'] },
    exclude: { path: ['^dist', '^\\.cache'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.app.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
