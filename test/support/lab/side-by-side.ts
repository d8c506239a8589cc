/**
 * The same command line through the newest real etcdctl and through ours, against equal states of one real server:
 * stdout byte for byte, exit status and final error line have to agree.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { MessageCodec } from '../../../src/wire/service.js';
import { comparesWithAtLeast, type Lab, type LabOptions, references, startLab } from './lab.js';
import { ourEtcdctl, type Program, type RunResult, run } from './program.js';

type Words = string | readonly string[];

/** One line of a table. A string is split at spaces; arguments with spaces or odd bytes come as an array. */
export interface SideBySideCase {
  readonly run: Words;
  /** Command lines of the real etcdctl that make the state which both programs meet. */
  readonly given?: readonly Words[];
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** The command changes the store: the state is made anew for each program, revisions are compared relative to it. */
  readonly changes?: boolean;
  /** What stdout is, with `changes` and `-w protobuf`: revisions are then taken out of the decoded message. */
  readonly message?: MessageCodec<object>;
  /** Leaves out the flags that reach the server. */
  readonly alone?: boolean;
  /** The real etcdctl behaves so from this version on; with an older one at hand there is nothing to compare with. */
  readonly since?: string;
  /** Servers older than this answer something else, which is not the case's subject. */
  readonly server?: string;
  /** Other text that differs between any two runs. */
  readonly mask?: { readonly pattern: RegExp; readonly replacement: string };
  /** Ours is other on purpose: why, and what it gives instead. Only what is named here may differ, and it has to. */
  readonly differs?: Difference;
}

export interface Difference {
  readonly why: string;
  readonly stdout?: string;
  readonly error?: string;
  readonly code?: number;
}

/** What two runs are compared by. */
interface Observation {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly error: string | undefined;
}

export interface SideBySideOptions extends Omit<LabOptions, 'reference'> {
  /** Brings the store back to nothing between cases. */
  readonly reset?: readonly Words[];
}

const EMPTY_STORE: readonly Words[] = [['del', '', '--prefix']];

/** Makes a test of each case on each server version at hand. */
export function sideBySide(
  name: string,
  cases: readonly SideBySideCase[],
  { reset = EMPTY_STORE, ...labOptions }: SideBySideOptions = {},
): void {
  describe.each(references.map((reference) => ({ reference, version: reference.version })))(
    `${name}, etcd $version`,
    ({ reference, version }) => {
      let stage: Stage;
      beforeAll(async () => {
        stage = new Stage(await startLab({ ...labOptions, reference }), reset);
      });
      afterAll(() => stage?.lab.stop());
      beforeEach(async ({ task }) => {
        Object.assign(task.meta, { sideBySide: 'different' });
      });

      for (const each of cases.filter((one) => isComparable(one, version))) {
        it(titleOf(each), async ({ task }) => {
          const real = await observe(stage, stage.lab.newestEtcdctl, each);
          const ours = await observe(stage, ourEtcdctl(), each);
          expectAsStated({ real, ours }, each.differs);
          Object.assign(task.meta, { sideBySide: each.differs === undefined ? 'equal' : 'deliberate' });
        });
      }
    },
  );
}

function isComparable({ since, server }: SideBySideCase, version: string): boolean {
  return (
    (since === undefined || comparesWithAtLeast(since)) &&
    (server === undefined || compareVersions(version, server) >= 0)
  );
}

function titleOf({ run: line, given, stdin, env }: SideBySideCase): string {
  const shown = (value: Words) => (typeof value === 'string' ? value : JSON.stringify(value));
  const parts = [
    ...Object.entries(env ?? {}).map(([variable, value]) => `${variable}=${value}`),
    shown(line),
    ...(stdin === undefined
      ? []
      : [`<<< ${JSON.stringify(Buffer.from(stdin).toString('latin1')).slice(0, 40)}`]),
    ...(given === undefined ? [] : [`after ${given.map(shown).join('; ')}`]),
  ];
  return parts.join(' ');
}

function expectAsStated(
  { real, ours }: { real: Observation; ours: Observation },
  differs?: Difference,
): void {
  if (differs === undefined) {
    expect(ours).toEqual(real);
    return;
  }
  const { why: _why, ...stated } = differs;
  const named = Object.keys(stated) as (keyof Observation)[];
  expect(ours).toEqual({ ...real, ...stated });
  // A difference that is none any more is to be deleted from the table.
  for (const part of named) expect(real[part], part).not.toEqual(ours[part]);
}

/** The servers of one version, and the state that the newest preparation left them in. */
class Stage {
  #state: string | undefined;

  constructor(
    readonly lab: Lab,
    readonly reset: readonly Words[],
  ) {}

  /** A command that changes nothing leaves the state to the next one that wants the same. */
  async set({ given = [], changes = false }: SideBySideCase): Promise<void> {
    const state = JSON.stringify(given);
    if (state === this.#state && !changes) return;
    this.#state = undefined;
    for (const line of [...this.reset, ...given]) await prepare(this.lab, line);
    if (!changes) this.#state = state;
  }
}

async function observe(stage: Stage, program: Program, each: SideBySideCase): Promise<Observation> {
  const { lab } = stage;
  await stage.set(each);
  const base = each.changes ? await currentRevision(lab) : undefined;
  const args = [...(each.alone ? [] : lab.flags()), ...words(each.run)];
  const { env, stdin } = each;
  const result = await run(program, args, { ...(env && { env }), ...(stdin !== undefined && { stdin }) });
  return {
    code: result.code ?? result.signal,
    stdout: shownStdout(result, each, base),
    error: lastErrorLine(result.stderr),
  };
}

async function prepare(lab: Lab, line: Words): Promise<void> {
  const result = await run(lab.newestEtcdctl, [...lab.flags(), ...words(line)]);
  if (result.code !== 0) throw new Error(`could not prepare ${JSON.stringify(line)}: ${result.stderr}`);
}

async function currentRevision(lab: Lab): Promise<bigint> {
  const { stdout } = await run(lab.newestEtcdctl, [...lab.flags(), 'get', 'x', '-w', 'json']);
  const [, revision] = /"revision":(\d+)/.exec(stdout.toString()) ?? [];
  if (revision === undefined) throw new Error(`no revision in ${stdout}`);
  return BigInt(revision);
}

function words(line: Words): readonly string[] {
  return typeof line === 'string' ? line.split(' ') : line;
}

/** Exact bytes, as Latin-1 text so that a difference can be read; revisions relative when the state was made anew. */
function shownStdout(
  { stdout }: RunResult,
  { message, mask }: SideBySideCase,
  base: bigint | undefined,
): string {
  const text = message === undefined ? stdout.toString('latin1') : decoded(stdout, message);
  const relative = base === undefined ? text : relativeRevisions(text, base);
  return mask === undefined ? relative : relative.replace(mask.pattern, mask.replacement);
}

function decoded(bytes: Buffer, codec: MessageCodec<object>): string {
  return JSON.stringify(codec.decode(bytes), (_key, value) =>
    typeof value === 'bigint'
      ? `${value}`
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('hex')
        : value,
  );
}

const REVISION = /"((?:\w*_?r|Prev\w*R|\w*R)evision)"( ?: ?)"?(\d+)"?/g;

function relativeRevisions(text: string, base: bigint): string {
  return text.replace(REVISION, (_all, name: string, colon: string, revision: string) => {
    return `"${name}"${colon}base+${BigInt(revision) - base}`;
  });
}

function lastErrorLine(stderr: Buffer): string | undefined {
  return stderr
    .toString('latin1')
    .split('\n')
    .findLast((line) => line.startsWith('Error: '));
}
