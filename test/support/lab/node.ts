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
/** Less than the time a test has, so that a test whose commands wait in vain says which, and for what. */
const SHELL_TIMEOUT_MS = 45_000;
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
      'etc/systemd/system',
      'etc/cron.d',
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

  /** Writes a file; addresses in it are replaced, paths where they are used. */
  write(name: string, contents: string): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), this.#withAddresses(contents));
  }

  /** Replaces the paths and addresses of a real node in the text by those of this one. */
  here(text: string): string {
    return this.#withAddresses(text.replaceAll(MOVED_DIRECTORIES, `${this.#options.root}/$1`));
  }

  #withAddresses(text: string): string {
    const addresses = Object.entries(this.#options.addresses);
    return addresses.reduce((all, [there, here]) => all.replaceAll(there, here), text);
  }

  /**
   * Runs a block of instructions and returns its stdout. It has the variables of earlier blocks that are not exported and whose names are
   * letters alone, such as SNAPSHOT. Throws when one of its commands fails.
   */
  async shell(block: string): Promise<string> {
    const variables = this.path('run/variables');
    const script = [
      'set -euo pipefail',
      `[ ! -e ${variables} ] || . ${variables}`,
      this.here(block),
      `declare -p | grep '^declare -- [A-Z]*=' >${variables}`,
    ].join('\n');
    const env = { PATH: `${this.path('bin')}:${process.env.PATH}` };
    const options = { env, timeoutMs: SHELL_TIMEOUT_MS };
    const { code, stdout, stderr } = await run(programAt('bash'), ['-c', script], options).catch((cause) => {
      throw new Error(`on ${this.#options.name}: ${String(cause)}\n${this.#endOfLog()}`);
    });
    if (code !== 0) {
      throw new Error(
        `on ${this.#options.name}:\n${script}\nended with ${code}: ${stderr}\n${this.#endOfLog()}`,
      );
    }
    return stdout.toString();
  }

  #endOfLog(): string {
    return `etcd's log ends with:\n${this.log().trimEnd().split('\n').slice(-20).join('\n')}`;
  }

  log(): string {
    return textIn(this.path('run/etcd.log')) ?? '';
  }

  async stop(): Promise<void> {
    await this.#etcd.stop();
  }

  /** The arguments of etcd from the manifest or the started service; undefined when there is none. */
  #wantedArgs(): readonly string[] | undefined {
    const manifest = textIn(this.path(MANIFEST));
    if (manifest !== undefined) {
      return Array.from(this.here(manifest).matchAll(/^ +- (--\S+)$/gm), ([, arg = '']) => arg);
    }
    if (existsSync(this.path(STOPPED))) return undefined;
    const args = textIn(this.path(SERVICE));
    return args === undefined ? undefined : this.here(args).trim().split('\n');
  }

  #writeCommands(): void {
    // What reads the files of the node is told where they are.
    const withRoot = `case " $* " in *' --local '*) set -- "$@" --root '${this.#options.root}';; esac`;
    this.command('etcdctl', `${withRoot}\n${call(ourEtcdctl())}`);
    this.command('etcdutl', `${withRoot}\n${call(ourEtcdutl())}`);
    this.command('hostname', `echo ${this.#options.name}`);
    const { root } = this.#options;
    const stopped = this.path(STOPPED);
    this.command(
      'systemctl',
      `case "$*" in
'stop etcd') touch ${stopped};;
'start etcd') rm ${stopped};;
'restart kubelet' | daemon-reload | 'enable --now '*.timer) test -z "$3" || test -e ${this.path('etc/systemd/system')}/$3;;
'start '*.service) sed -nE 's/^ExecStart(Pre)?=\\+?//p' ${this.path('etc/systemd/system')}/$2 |
  sed -E 's#(^| )/(etc|var)/#\\1${root}/\\2/#g; s#^/usr/local/bin/#${this.path('bin')}/#' | sh -e;;
*) exit 1;;
esac`,
    );
  }

  /** Makes a program of the node, a script for a shell. */
  command(name: string, body: string): void {
    writeFileSync(this.path(`bin/${name}`), `#!/bin/sh\n${body}\n`);
    chmodSync(this.path(`bin/${name}`), 0o755);
  }
}

/** The text of a file; undefined when there is none. The file may be moved away at any time. */
function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
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
  #failure: Error | undefined;

  constructor(make: (args: string[]) => MemberProcess, wantedArgs: () => readonly string[] | undefined) {
    this.#make = make;
    this.#wantedArgs = wantedArgs;
    this.#timer = setInterval(() => {
      this.#work = this.#work.then(() => this.#reconcile()).catch((cause) => this.#fail(cause));
    }, POLL_EVERY_MS);
  }

  /** Rejects when the server could not be started or stopped as wanted: that has ended the supervision. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
    await this.#process?.end('SIGKILL');
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(cause: unknown): void {
    clearInterval(this.#timer);
    this.#failure ??= new Error('the supervisor of etcd has stopped: a file or the server failed', { cause });
  }

  async #reconcile(): Promise<void> {
    if (this.#failure !== undefined) return;
    const args = this.#wantedArgs();
    if (args === undefined) {
      await this.#process?.end('SIGTERM');
    } else if (this.#process?.pid === undefined) {
      this.#process = this.#make([...args]);
      this.#process.start();
    }
  }
}
