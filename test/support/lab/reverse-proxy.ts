/** Real reverse proxies between client and server: nginx, haproxy, nghttpx and etcd's own grpc-proxy. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { forget, watch } from '../../../scripts/lib/etcd/watchdog.mjs';
import { findNetworkProgram, type NetworkProgramName } from '../../../scripts/lib/network-programs.mjs';
import type { Pki } from '../../../scripts/lib/pki.mjs';

/** What a proxy needs to know. */
export interface ProxySettings {
  /** Of the server. */
  readonly backendPort: number;
  /** Where the proxy listens. */
  readonly port: number;
  readonly pki: Pki;
  /** An empty folder. */
  readonly folder: string;
  /** Idle connections and streams are ended after this time. */
  readonly idleSeconds: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A proxy that listens. */
export interface ReverseProxy {
  readonly port: number;
  /** What it has written, for failures of a test. */
  log(): string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

export async function startReverseProxy(
  command: (settings: ProxySettings) => Command,
  settings: Omit<ProxySettings, 'port'>,
): Promise<ReverseProxy> {
  mkdirSync(settings.folder, { recursive: true });
  const [port = 0] = await freePorts(1);
  const { program, args, env } = command({ ...settings, port });
  const logFile = path.join(settings.folder, 'log');
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
  });
  child.on('error', () => {});
  if (child.pid !== undefined) watch(child.pid);
  const readLog = () => readFileSync(logFile, 'utf8');
  const end = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (hasEnded(child) || performance.now() > end)
      throw new Error(`${program} does not listen:\n${readLog()}`);
    await delay(20);
  }
  return { port, log: readLog, stop: () => stop(child) };
}

const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess) =>
  pid === undefined || exitCode !== null || signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
  forget(child.pid as number);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Why tests with this proxy are skipped; `undefined` when they are not. */
export function reverseProxyMissing(name: NetworkProgramName): string | undefined {
  return findNetworkProgram(name) === undefined ? `this machine has no ${name}` : undefined;
}

function programOf(name: NetworkProgramName) {
  const found = findNetworkProgram(name);
  if (found === undefined) throw new Error(`this machine has no ${name}`);
  return found;
}

/** With the body of nginx's `http` or `stream` block. */
export function nginx(context: 'http' | 'stream', body: string, { folder }: ProxySettings): Command {
  const { program, env, modules } = programOf('nginx');
  const config = path.join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const lines = [
    ...(context === 'stream' ? [`load_module ${modules}/ngx_stream_module.so;`] : []),
    'daemon off;',
    'master_process off;',
    `pid ${folder}/pid;`,
    'error_log stderr notice;',
    'events { worker_connections 512; }',
    `${context} {`,
    ...(context === 'http' ? ['access_log off;', temporary] : []),
    body,
    '}',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return { program, args: ['-e', 'stderr', '-p', folder, '-c', config], env };
}

/** With the lines of a `defaults` section and of one `listen` section. */
export function haproxy(
  defaults: readonly string[],
  listen: readonly string[],
  settings: ProxySettings,
): Command {
  const { program, env } = programOf('haproxy');
  const config = path.join(settings.folder, 'haproxy.cfg');
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  const { idleSeconds } = settings;
  const timeouts = [
    `timeout client ${idleSeconds}s`,
    `timeout server ${idleSeconds}s`,
    'timeout connect 2s',
    'retries 0',
  ];
  const lines = ['global', '  maxconn 500', 'defaults', ...indented([...timeouts, ...defaults])];
  writeFileSync(config, `${[...lines, 'listen etcd', ...indented(listen)].join('\n')}\n`);
  return { program, args: ['-db', '-f', config], env };
}

export function nghttpx(options: readonly string[], { folder }: ProxySettings): Command {
  const { program, env } = programOf('nghttpx');
  const config = path.join(folder, 'nghttpx.conf');
  writeFileSync(config, '');
  return { program, args: [`--conf=${config}`, '--workers=1', '--single-process', ...options], env };
}
