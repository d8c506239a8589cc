/** Watches and mirrors of past events whose responses are too large to be read whole, beside the real etcdctl. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparesWithAtLeast, type Lab, startLab } from '../support/lab/lab.js';
import { bareEnvironment, ourEtcdctl, type Program, run, start } from '../support/lab/program.js';

const MIB = 2 ** 20;

/** More than a response that is read whole may have (32 MiB): as past puts, and in one revision that deletes keys. */
const KEYS = 40;
const DELETION = 2 + 2 * KEYS;

let servers: Lab;
let destination: Lab;

beforeAll(async () => {
  [servers, destination] = await Promise.all([startLab(), startLab()]);
  for (const prefix of ['kept', 'gone']) {
    for (let index = 0; index < KEYS; index++) {
      await servers.real(['put', `${prefix}/${index}`], { stdin: String(index % 10).repeat(MIB) });
    }
  }
  await servers.real(['del', 'gone/', '--prefix']);
  await servers.real(['put', 'last', 'end']);
}, 120_000);

afterAll(async () => {
  await Promise.all([servers, destination].map((lab) => lab?.stop()));
});

interface Watching {
  readonly args: readonly string[];
  /** Standard input of the program. */
  readonly input?: string;
  /** The file that the output is appended to. */
  readonly output: string;
  /** Whether everything is printed: then the watch is interrupted. */
  readonly isDone: (output: string) => boolean;
}

/** Runs a watch until it has printed everything. Returns what it has appended to the file, and its peak memory on Linux. */
async function watched(program: Program, { args, input = '', output, isDone }: Watching) {
  const stdout = openSync(output, 'a');
  const from = statSync(output).size;
  const child = spawn(program.command, [...program.leadingArgs, ...servers.flags(), 'watch', ...args], {
    env: bareEnvironment(),
    stdio: ['pipe', stdout, 'inherit'],
  });
  closeSync(stdout);
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin?.write(input);
  try {
    while (!isDone(output)) {
      if (child.exitCode !== null) throw new Error(`the watch has ended with ${child.exitCode}`);
      await delay(50);
    }
    return { bytes: readFileSync(output).subarray(from), peakBytes: peakMemory(child) };
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

function peakMemory({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return 0;
  const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kib) * 1024;
}

/** Whether one of the last lines of the file has the text. */
const endsWith = (text: string) => (file: string) => readFileSync(file).subarray(-300).includes(text);

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

let files = 0;
const newFile = () => path.join(servers.folder, `output-${files++}`);

/** Before 3.6, etcdctl does not print the field CancelReason. */
const responses: [string, string[]][] = comparesWithAtLeast('3.6')
  ? [['responses, in the format json', ['--prev-kv', '-w', 'json']]]
  : [];

describe('a watch of the past', () => {
  it.each<[string, string[]]>([
    ['puts of many revisions', []],
    ['a revision that is too large', ['--prev-kv']],
    ['a revision that is too large, and comes first', ['--prev-kv', `--rev=${DELETION}`]],
    ['a range', ['--prev-kv', '--progress-notify', 'gone/', 'lasu']],
    ...responses,
  ])('prints what etcdctl prints: %s', { timeout: 120_000 }, async (_name, flags) => {
    const hasRange = flags.includes('lasu');
    const args = [...(hasRange ? [] : ['', '--prefix']), '--rev=1', ...flags];
    const isJson = flags.includes('json');
    const isDone = endsWith(isJson ? '"ZW5k"' : 'PUT\nlast\nend\n');
    const real = await watched(servers.newestEtcdctl, { args, isDone, output: newFile() });
    const ours = await watched(ourEtcdctl(), { args, isDone, output: newFile() });
    expect(real.bytes.length).toBeGreaterThan(KEYS * MIB);
    expect(ours.bytes.length).toBe(real.bytes.length);
    expect(digest(ours.bytes)).toBe(digest(real.bytes));
    if (!isJson) expect(ours.peakBytes).toBeLessThan(200 * MIB);
  });

  it('prints all events of several watches of interactive mode', { timeout: 120_000 }, async () => {
    const lines = ['gone/ --prefix --rev=1 --prev-kv', 'last --rev=1', 'kept/ --prefix --rev=1'];
    const last = ['\ngone/9\n\n', 'PUT\nlast\nend\n', `PUT\nkept/39\n${'9'.repeat(MIB)}\n`];
    const real: Buffer[] = [];
    for (const line of lines) {
      const isDone = (file: string) => readFileSync(file).includes(last[real.length] ?? '');
      const args = line.split(' ');
      real.push((await watched(servers.newestEtcdctl, { args, isDone, output: newFile() })).bytes);
    }
    const expected = Buffer.concat(real);
    const { bytes } = await watched(ourEtcdctl(), {
      args: ['--interactive'],
      input: lines.map((line) => `watch ${line}\n`).join(''),
      output: newFile(),
      isDone: (file) => statSync(file).size >= expected.length,
    });
    const sorted = (output: Buffer) => digest(output.toString().split('\n').toSorted().join('\n'));
    expect(sorted(bytes)).toBe(sorted(expected));
  });

  it('goes on after its checkpoint', { timeout: 120_000 }, async () => {
    const args = ['', '--prefix', '--rev=1', '--prev-kv'];
    const output = newFile();
    const ours = [...args, `--checkpoint=${output}.checkpoint`];
    await watched(ourEtcdctl(), { args: ours, output, isDone: endsWith('end\n') });
    await servers.real(['put', 'last', 'again']);
    const isDone = endsWith('again\n');
    await watched(ourEtcdctl(), { args: ours, output, isDone });
    const real = await watched(servers.newestEtcdctl, { args, isDone, output: newFile() });
    expect(digest(readFileSync(output))).toBe(digest(real.bytes));
  });
});

describe('a mirror of past changes', () => {
  it('has all of them', { timeout: 120_000 }, async () => {
    const args = [...servers.flags(), 'make-mirror', destination.cluster.endpoints[0] ?? ''];
    const mirror = start(ourEtcdctl(), [...args, '--rev=2'], { timeoutMs: 100_000 });
    const mirrored = start(destination.newestEtcdctl, [...destination.flags(), 'watch', 'last', '--rev=1'], {
      timeoutMs: 100_000,
    });
    await mirrored.waitFor('last');
    for (const running of [mirror, mirrored]) {
      running.kill('SIGINT');
      await running.result;
    }
    const keys = async (lab: Lab) => {
      const { stdout } = await run(lab.newestEtcdctl, [...lab.flags(), 'get', '', '--prefix']);
      return digest(stdout.toString().replace(/again/, 'end'));
    };
    expect(await keys(destination)).toBe(await keys(servers));
  });
});
