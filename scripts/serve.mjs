// A static server for the built app: node scripts/serve.mjs [folder] [--port N]
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';

const DEFAULT_PORT = 4173;
const HOST = 'localhost';

/** @type {Record<string, string>} */
const MIME_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
};

/** Files whose name does not change with their content must be asked for again each time. */
const HASHED_NAME = /[\\/]assets[\\/].+-[\w-]{8,}\.\w+$/;

/**
 * The file that a request path names, or undefined if there is none inside the folder.
 *
 * @param {string} root
 * @param {string} urlPath
 */
function findFile(root, urlPath) {
  /** @type {string} */
  let decoded;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0')) return undefined;
  let path = normalize(join(root, decoded));
  if (path !== root && !path.startsWith(root + sep)) return undefined;
  let stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    path = join(path, 'index.html');
    stats = statSync(path, { throwIfNoEntry: false });
  }
  return stats?.isFile() ? { path, sizeBytes: stats.size } : undefined;
}

/**
 * The page's own content policy, sent as a header as well: workers do not inherit a meta element.
 *
 * @param {string} root
 */
function contentPolicy(root) {
  const html = readFileSync(join(root, 'index.html'), 'utf8');
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1];
  if (policy === undefined) throw new Error('index.html carries no content policy');
  return policy;
}

/**
 * Serves a folder until the process is interrupted.
 *
 * @param {{ folder: string, port: number }} options
 */
export function serve({ folder, port }) {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) {
    console.error(`${folder} holds no built app: run \`npm run build\` first.`);
    process.exit(1);
  }
  const policy = contentPolicy(root);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const [urlPath = '/'] = (request.url ?? '/').split(/[?#]/);
    const file = findFile(root, urlPath);
    if (file === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
      return;
    }
    response.writeHead(200, {
      'Content-Type': MIME_TYPES[extname(file.path)] ?? 'application/octet-stream',
      'Content-Length': file.sizeBytes,
      'Content-Security-Policy': policy,
      'Cache-Control': HASHED_NAME.test(file.path)
        ? 'public, max-age=31536000, immutable'
        : 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const content = createReadStream(file.path);
    content.on('error', () => response.destroy());
    content.pipe(response);
  });

  server.on('error', (error) => {
    if ('code' in error && error.code === 'EADDRINUSE') {
      console.error(
        `Port ${port} is taken by another program. Stop it, or choose another port with --port.`,
      );
    } else {
      console.error(error.message);
    }
    process.exit(1);
  });
  server.listen(port, HOST, () => {
    console.log(`Keyfuse is served at http://${HOST}:${port}/  (stop with Ctrl+C)`);
  });
  const stop = () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/**
 * The value of --port, or the default.
 *
 * @param {readonly string[]} args
 */
export function portFrom(args) {
  const joined = args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length);
  const at = args.indexOf('--port');
  const text = joined ?? (at >= 0 ? (args[at + 1] ?? '') : undefined);
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    console.error(`--port needs a number from 1 to 65535, not "${text}"`);
    process.exit(1);
  }
  return port;
}

if (process.argv[1] === import.meta.filename) {
  const args = process.argv.slice(2);
  const [first] = args;
  serve({
    folder: first === undefined || first.startsWith('--') ? 'dist' : first,
    port: portFrom(args),
  });
}
