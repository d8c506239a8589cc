import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { FOREIGN_WORDS, PlayingServer } from './fuzz.js';
import type { CallName } from './recordings.js';
import { scriptOf } from './script.js';

/** The input of this process, from `scripts/lib/fuzz-responses.mjs`, as JSON in its first argument. */
interface Assignment {
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  /** How many programs run at a time. */
  readonly lanes: number;
  /** The path of etcdctl. */
  readonly program: string;
  /** For snapshots. */
  readonly folder: string;
}

/** Of each command. Those without a deadline are interrupted after it. */
const TIMEOUT_MS = 300;
const WITHOUT_DEADLINE: readonly CallName[] = ['txn', 'keepAlive', 'watch'];
/** The time in which a program must have ended, on a machine that is busy with other things. */
const MAX_MS = 20_000;
/** Success, a failed call, the same of `lease`, an incomplete snapshot. */
const EXIT_CODES = [0, 1, 2, 5];
const MAX_OUTPUT_BYTES = 2 ** 20;

const { seed, from, until, lanes, program, folder } = JSON.parse(process.argv[2] ?? '') as Assignment;

const ARGS: Readonly<Record<CallName, readonly string[]>> = {
  get: ['get', '--prefix', 'key'],
  failure: ['get', '--rev=100000', 'key1'],
  put: ['put', '--prev-kv', 'key1', 'x'],
  txn: ['txn'],
  memberList: ['member', 'list', '-w', 'table'],
  status: ['endpoint', 'status', '-w', 'json'],
  keepAlive: ['lease', 'keep-alive', '--once', '1'],
  watch: ['watch', '--prefix', 'key'],
  snapshot: ['snapshot', 'save', `${folder}/snapshot-`],
};

/** The input of `txn`: a comparison, what to do if it holds, and what if not. */
const TXN = 'mod("key1") > "0"\n\nput key1 x\n\nget key1\n\n';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const endings = new Map<string, number>();
let next = from;
await Promise.all(Array.from({ length: lanes }, (_, lane) => playCases(lane)));
const summary = [...endings].map(([ending, number]) => `${number} with ${ending}`).join(', ');
process.send?.({ summary: `programs ended: ${summary}` });
process.disconnect?.();

async function playCases(lane: number): Promise<void> {
  const server = await PlayingServer.start();
  while (next < until) {
    const index = next++;
    process.send?.({ lane, index });
    try {
      await playCase(server, index);
    } catch (cause) {
      throw new Error(`case ${index}`, { cause });
    }
    process.send?.({ lane });
  }
  server.close();
}

async function playCase(server: PlayingServer, index: number): Promise<void> {
  const script = scriptOf(seed, index);
  server.play(script);
  const args = ARGS[script.call].map((arg) => (arg.endsWith('snapshot-') ? `${arg}${index}` : arg));
  const flags = [`--endpoints=${server.endpoint}`, `--command-timeout=${TIMEOUT_MS}ms`];
  const child = spawn(program, [...args, ...flags], { env: {} });
  running.add(child);
  child.stdin?.on('error', () => {});
  child.stdin?.end(TXN);
  const output = collect(child);
  const timers = [setTimeout(() => child.kill('SIGKILL'), MAX_MS)];
  if (WITHOUT_DEADLINE.includes(script.call)) timers.push(setTimeout(() => child.kill('SIGINT'), TIMEOUT_MS));
  const [code, signal] = await once(child, 'close');
  for (const timer of timers) clearTimeout(timer);
  running.delete(child);
  check(output, signal ?? code);
}

function check(output: { readonly text: string }, ending: string | number): void {
  endings.set(String(ending), (endings.get(String(ending)) ?? 0) + 1);
  const isExpected = ending === 'SIGINT' || EXIT_CODES.includes(Number(ending));
  const { text } = output;
  if (isExpected && !FOREIGN_WORDS.test(text) && !text.includes('internal error')) return;
  throw new Error(`etcdctl ended with ${ending}:\n${text.slice(0, 4000)}`);
}

function collect({ stdout, stderr }: ChildProcess): { readonly text: string } {
  const output = { text: '' };
  stdout?.resume();
  stderr?.on('data', (chunk: Buffer) => {
    if (output.text.length < MAX_OUTPUT_BYTES) output.text += chunk.toString();
  });
  return output;
}
