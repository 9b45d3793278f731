/** Starts the guest in QEMU, runs shell scripts in it, stops it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface GuestOptions {
  /** Port on the host's loopback that the guest's http://localhost:8080 leads to. */
  readonly webPort: number;
  /** Disk image that the guest sees as a USB drive. */
  readonly drive?: string;
}

export interface CommandResult {
  readonly output: string;
  readonly code: number;
}

/** The page as the guest's browser sees it; the managed policies of the image name it. */
export const PAGE_ORIGIN = 'http://localhost:8080';
/** The same page under an origin that no policy names: it has to ask for its devices. */
export const STRANGER_ORIGIN = 'http://127.0.0.1:8080';

const READY_MS = 240_000;
const LOOK_MS = 200;
const MEMORY_MIB = 3072;

export const guestCache = (): string =>
  process.env.KEYFUSE_GUEST_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'keyfuse-guest');

export class Guest {
  /** None for a guest that somebody else started and stops. */
  readonly #process: ChildProcess | undefined;
  readonly #folder: string;
  readonly #shellPort: number;
  /** Host port that leads to Chromium's debugging port. */
  readonly debugPort: number;
  readonly usbSocket: string;
  readonly serialSocket: string;

  private constructor(
    child: ChildProcess | undefined,
    folder: string,
    ports: readonly [number, number],
  ) {
    this.#process = child;
    this.#folder = folder;
    [this.#shellPort, this.debugPort] = ports;
    this.usbSocket = join(folder, 'usb.sock');
    this.serialSocket = join(folder, 'serial.sock');
  }

  static async start(options: GuestOptions): Promise<Guest> {
    const disk = join(guestCache(), 'root.ext4');
    if (!existsSync(disk)) throw new Error('no guest image: run guest/build-guest.sh');
    const folder = mkdtempSync(join(tmpdir(), 'keyfuse-guest-'));
    const ports = [await freePort(), await freePort()] as const;
    const overlay = ['create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'raw'];
    execFileSync('qemu-img', [...overlay, join(folder, 'disk.qcow2')]);
    // Should this process die, QEMU goes with it. It takes a core for minutes, and asks for it politely.
    const child = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'TERM',
        'nice',
        '-n',
        '5',
        'qemu-system-x86_64',
        ...machine(folder, ports, options),
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const guest = new Guest(child, folder, ports);
    await guest.#untilReady();
    return guest;
  }

  /** A guest that is running: its folder of sockets, and the ports of its shell and of Chromium. */
  static attach(folder: string, shellPort: number, debugPort: number): Guest {
    return new Guest(undefined, folder, [shellPort, debugPort]);
  }

  get bootLog(): string {
    const file = join(this.#folder, 'boot.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Runs a shell script in the guest as root, or as the person who runs the browser. */
  async run(script: string, user: 'root' | 'tester' = 'root'): Promise<CommandResult> {
    const quoted = script.replaceAll("'", `'\\''`);
    const body = Buffer.from(user === 'root' ? script : `su tester -c '${quoted}'`);
    const socket = connect(this.#shellPort, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write(`${body.length}\n`);
    socket.write(body);
    await once(socket, 'close');
    const text = Buffer.concat(chunks).toString('utf8');
    const end = /\nrig-exit (\d+)\n$/.exec(text);
    if (end === null) throw new Error(`the guest's shell broke off: ${text}`);
    return { output: text.slice(0, end.index), code: Number(end[1]) };
  }

  /** As `run`, for scripts that have to succeed. Returns what they printed. */
  async must(script: string, user: 'root' | 'tester' = 'root'): Promise<string> {
    const { output, code } = await this.run(script, user);
    if (code !== 0) throw new Error(`the guest's script ended with ${code}: ${output}`);
    return output;
  }

  /** Writes a file in the guest, readable by everyone. */
  async putFile(path: string, data: Uint8Array): Promise<void> {
    const text = Buffer.from(data).toString('base64');
    await this.must(`base64 -d >'${path}' <<'END'\n${text}\nEND\nchmod 644 '${path}'`);
  }

  async getFile(path: string): Promise<Buffer> {
    return Buffer.from(await this.must(`base64 -w0 '${path}'`), 'base64');
  }

  async stop(): Promise<void> {
    if (this.#process === undefined) return;
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    return this.run('true').then(
      ({ code }) => code === 0,
      () => false,
    );
  }

  async #untilReady(): Promise<void> {
    for (let waited = 0; waited < READY_MS; waited += LOOK_MS) {
      if (this.#process?.exitCode !== null) throw new Error(`QEMU ended: ${this.bootLog}`);
      if (this.bootLog.includes('rig: ready') && (await this.#answers())) return;
      await sleep(LOOK_MS);
    }
    const log = this.bootLog;
    await this.stop();
    throw new Error(`the guest did not come up: ${log}`);
  }
}

function machine(
  folder: string,
  [shellPort, debugPort]: readonly [number, number],
  { webPort, drive }: GuestOptions,
): string[] {
  const cache = guestCache();
  const kernel =
    'console=ttyS0 quiet mitigations=off nokaslr tsc=reliable no_timer_check panic=-1 ' +
    `rig.web=${webPort}`;
  const forwards =
    `hostfwd=tcp:127.0.0.1:${shellPort}-:7000,` + `hostfwd=tcp:127.0.0.1:${debugPort}-:9333`;
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'pc'],
    ...['-accel', 'tcg,thread=multi,tb-size=1024', '-cpu', 'max'],
    ...['-smp', '2', '-m', String(MEMORY_MIB)],
    ...['-kernel', join(cache, 'vmlinuz'), '-initrd', join(cache, 'initramfs.cpio')],
    ...['-append', kernel, '-no-reboot', '-serial', `file:${join(folder, 'boot.log')}`],
    ...['-drive', `file=${join(folder, 'disk.qcow2')},if=virtio,cache=unsafe`],
    ...['-netdev', `user,id=net,${forwards}`],
    ...['-device', 'virtio-net-pci,netdev=net', '-device', 'virtio-rng-pci'],
    ...['-device', 'qemu-xhci,id=usb'],
    ...['-chardev', `socket,id=redir,path=${join(folder, 'usb.sock')},server=on,wait=off`],
    ...['-device', 'usb-redir,chardev=redir,bus=usb.0'],
    ...['-chardev', `socket,id=serial,path=${join(folder, 'serial.sock')},server=on,wait=off`],
    ...['-device', 'usb-serial,chardev=serial,bus=usb.0'],
    ...(drive === undefined
      ? []
      : [
          ...['-drive', `file=${drive},if=none,id=probe,format=raw,cache=unsafe`],
          ...['-device', 'usb-storage,drive=probe,bus=usb.0,removable=on'],
        ]),
  ];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
