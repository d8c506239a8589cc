/**
 * Simulated machines for the instructions in docs/: a folder in place of the root of the file system, a shell that replaces
 * paths and addresses in the instructions, and a supervisor that starts and stops etcd.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MemberProcess } from '../../../scripts/lib/etcd/member.mjs';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, run } from './program.js';

export interface NodeOptions {
  readonly name: string;
  readonly root: string;
  /** Path of the etcd program. */
  readonly server: string;
  /** Addresses with ports, by the address in the instructions. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly metricsUrl: string;
}

/** Directories that are below the node's root folder instead of `/`. */
const MOVED_DIRECTORIES = /(?<![\w./-])\/(etc|var)(?=\/)/g;
const POLL_EVERY_MS = 20;
const MANIFEST = 'etc/kubernetes/manifests/etcd.yaml';
const SERVICE = 'etc/systemd/etcd.args';
const STOPPED = 'run/etcd.stopped';

export class Node {
  readonly #options: NodeOptions;
  readonly #etcd: EtcdSupervisor;

  constructor(options: NodeOptions) {
    this.#options = options;
    const { root, server, metricsUrl } = options;
    for (const directory of [
      'bin',
      'run',
      'etc/kubernetes/manifests',
      'etc/systemd',
      'var/lib',
      'var/backups',
    ]) {
      mkdirSync(path.join(root, directory), { recursive: true });
    }
    this.#writeCommands();
    const settings = { logFile: path.join(root, 'run/etcd.log'), metricsUrl };
    this.#etcd = new EtcdSupervisor(
      (args) => new MemberProcess(server, args, settings),
      () => this.#wantedArgs(),
    );
  }

  path(name: string): string {
    return path.join(this.#options.root, name);
  }

  /** Writes a file; paths and addresses in it are replaced. */
  write(name: string, contents: string): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), this.here(contents));
  }

  /** Replaces the paths and addresses of a real node in the text by those of this one. */
  here(text: string): string {
    const { root, addresses } = this.#options;
    const moved = text.replaceAll(MOVED_DIRECTORIES, `${root}/$1`);
    return Object.entries(addresses).reduce((all, [there, here]) => all.replaceAll(there, here), moved);
  }

  /** Runs a block of instructions and returns its stdout. Throws when one of its commands fails. */
  async shell(block: string): Promise<string> {
    const script = `set -euo pipefail\n${this.here(block)}`;
    const env = { PATH: `${this.path('bin')}:${process.env.PATH}` };
    const { code, stdout, stderr } = await run(programAt('bash'), ['-c', script], { env, timeoutMs: 60_000 });
    if (code !== 0) throw new Error(`on ${this.#options.name}:\n${script}\nended with ${code}: ${stderr}`);
    return stdout.toString();
  }

  log(): string {
    return existsSync(this.path('run/etcd.log')) ? readFileSync(this.path('run/etcd.log'), 'utf8') : '';
  }

  async stop(): Promise<void> {
    await this.#etcd.stop();
  }

  /** The arguments of etcd from the manifest or the started service; undefined when there is none. */
  #wantedArgs(): readonly string[] | undefined {
    if (existsSync(this.path(MANIFEST))) {
      const lines = readFileSync(this.path(MANIFEST), 'utf8').matchAll(/^ +- (--\S+)$/gm);
      return Array.from(lines, ([, arg = '']) => arg);
    }
    if (!existsSync(this.path(SERVICE)) || existsSync(this.path(STOPPED))) return undefined;
    return readFileSync(this.path(SERVICE), 'utf8').trim().split('\n');
  }

  #writeCommands(): void {
    this.#command('etcdctl', call(ourEtcdctl()));
    this.#command('etcdutl', call(ourEtcdutl()));
    this.#command('hostname', `echo ${this.#options.name}`);
    const stopped = this.path(STOPPED);
    this.#command(
      'systemctl',
      `case "$*" in\n'stop etcd') touch ${stopped};;\n'start etcd') rm ${stopped};;\n'restart kubelet') ;;\n*) exit 1;;\nesac`,
    );
  }

  #command(name: string, body: string): void {
    writeFileSync(this.path(`bin/${name}`), `#!/bin/sh\n${body}\n`);
    chmodSync(this.path(`bin/${name}`), 0o755);
  }
}

function call({ command, leadingArgs }: Program): string {
  return `exec ${[command, ...leadingArgs].join(' ')} "$@"`;
}

/** Starts and stops etcd as the kubelet does for static pods, and systemd for services. */
class EtcdSupervisor {
  readonly #make: (args: string[]) => MemberProcess;
  readonly #wantedArgs: () => readonly string[] | undefined;
  readonly #timer: NodeJS.Timeout;
  #process: MemberProcess | undefined;
  #work = Promise.resolve();

  constructor(make: (args: string[]) => MemberProcess, wantedArgs: () => readonly string[] | undefined) {
    this.#make = make;
    this.#wantedArgs = wantedArgs;
    this.#timer = setInterval(() => {
      this.#work = this.#work.then(() => this.#reconcile());
    }, POLL_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
    await this.#process?.end('SIGKILL');
  }

  async #reconcile(): Promise<void> {
    const args = this.#wantedArgs();
    if (args === undefined) {
      await this.#process?.end('SIGTERM');
    } else if (this.#process?.pid === undefined) {
      this.#process = this.#make([...args]);
      this.#process.start();
    }
  }
}
