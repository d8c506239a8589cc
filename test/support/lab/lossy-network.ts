/**
 * A network namespace whose loopback interface drops packets. Programs in it reach servers outside through Unix sockets, which namespaces
 * do not separate: a relay inside listens on the servers' ports.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { findNetworkProgram } from '../../../scripts/lib/network-programs.mjs';
import type { Program } from './program.js';

/** What nft drops of the packets that arrive, in percent. */
const rules = (percent: number) => `table inet loss {
  chain arriving {
    type filter hook input priority 0; policy accept;
    ${percent < 100 ? `numgen random mod 100 < ${percent}` : ''} counter drop
  }
}`;

/** Runs inside. Its arguments: a folder with a socket for each port, and the ports. */
const RELAY = `
const net = require('node:net');
const [folder, ...ports] = process.argv.slice(1);
let listening = 0;
for (const port of ports) {
  net.createServer((client) => {
    const server = net.connect(folder + '/' + port);
    for (const socket of [client, server]) socket.on('error', () => {});
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    client.pipe(server).pipe(client);
  }).listen(Number(port), '127.0.0.1', () => {
    if (++listening === ports.length) console.log('ready');
  });
}
`;

const nft = findNetworkProgram('nft');

/** Why packets cannot be dropped on this machine; `undefined`: they can. */
export const lossMissing: string | undefined = whatIsMissing();

function whatIsMissing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  if (nft === undefined) return 'this machine has no nft';
  const script = 'ip link set lo up && exec "$0" -f -';
  const { status } = spawnSync('unshare', ['-n', 'sh', '-c', script, nft.program], {
    input: rules(1),
    env: { ...process.env, ...nft.env },
  });
  return status === 0 ? undefined : 'network namespaces or nft do not work';
}

export class LossyNetwork {
  /** Packets dropped so far. */
  dropped = 0;
  readonly #folder: string;
  readonly #holder: ChildProcess;
  readonly #servers: readonly Server[];

  private constructor(folder: string, holder: ChildProcess, servers: readonly Server[]) {
    this.#folder = folder;
    this.#holder = holder;
    this.#servers = servers;
  }

  /** @param ports of 127.0.0.1, which are reached inside as they are outside */
  static async start(ports: readonly number[]): Promise<LossyNetwork> {
    const folder = mkdtempSync(path.join(labFolder(), 'lossy-'));
    const servers = await Promise.all(ports.map((port) => relayFrom(path.join(folder, `${port}`), port)));
    const script = 'ip link set lo up && exec "$0" -e "$@"';
    const args = ['-n', 'sh', '-c', script, process.execPath, RELAY, folder, ...ports.map(String)];
    const holder = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    return new LossyNetwork(folder, holder, servers);
  }

  /** The program, run inside. */
  inside({ command, leadingArgs }: Program): Program {
    return {
      command: 'nsenter',
      leadingArgs: [`--net=/proc/${this.#holder.pid}/ns/net`, command, ...leadingArgs],
    };
  }

  /** Drops this part of all packets from now on. */
  drop(percent: number): void {
    this.dropped += Number(/counter packets (\d+)/.exec(this.#nft(['list', 'ruleset']))?.[1] ?? 0);
    this.#nft(['-f', '-'], `flush ruleset\n${percent > 0 ? rules(percent) : ''}`);
  }

  #nft(args: readonly string[], input = ''): string {
    const { command, leadingArgs } = this.inside({ command: nft?.program ?? '', leadingArgs: args });
    const env = { ...process.env, ...nft?.env };
    const { status, stdout, stderr } = spawnSync(command, leadingArgs, { input, env });
    if (status !== 0) throw new Error(`nft: ${stderr}`);
    return stdout.toString();
  }

  stop(): void {
    this.#holder.kill('SIGKILL');
    for (const server of this.#servers) server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Forwards from a Unix socket to a port. */
async function relayFrom(socketPath: string, port: number): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}
