/**
 * The same command line through the newest real etcdctl and through ours, against equal states of one real server:
 * stdout byte for byte, exit status and final error line have to agree.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { MessageCodec } from '../../../src/wire/service.js';
import { comparesWithAtLeast, type Lab, type LabOptions, references, startLab } from './lab.js';
import { ourEtcdctl, type Program, type RunResult, run } from './program.js';

export type Words = string | readonly string[];

/**
 * A state that takes more than command lines which succeed: an alarm, a member whose id nobody chose. It is made before each of the
 * two programs runs. Command lines refer to the values it gives as `{name}`, and so does what is compared.
 */
export interface Scene {
  readonly name: string;
  set(lab: Lab): Promise<SceneValues>;
  /** Values that are there only once the command has run, such as the id of the member that it added. */
  after?(lab: Lab): Promise<SceneValues>;
}
export type SceneValues = Readonly<Record<string, string>>;

/** One line of a table. A string is split at spaces; arguments with spaces or odd bytes come as an array. */
export interface SideBySideCase {
  readonly run: Words;
  /** Command lines of the real etcdctl that make the state which both programs meet. */
  readonly given?: readonly Words[];
  /** Set after `given`. Every case of a table has one, or none has. */
  readonly scene?: Scene;
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
  /** Other text that differs between any two runs, on stdout or in the error lines. */
  readonly mask?: OutputMask;
  /** Ours is other on purpose: why, and what it gives instead. Only what is named here may differ, and it has to. */
  readonly differs?: Difference;
}

/** The pattern needs the `g` flag to apply more than once. */
export interface OutputMask {
  readonly pattern: RegExp;
  readonly replacement: string | ((match: string) => string);
}

export interface Difference {
  readonly why: string;
  readonly stdout?: string;
  readonly error?: string;
  readonly code?: number;
}

/** What two runs are compared by. */
export interface Observation {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly error: string | undefined;
}

export interface SideBySideOptions extends Omit<LabOptions, 'reference'> {
  /** Brings the store back to nothing between cases. */
  readonly reset?: readonly Words[];
  /** Members answer with their own id, and etcdctl takes any of them: `first` makes it one. All when absent. */
  readonly reach?: 'all' | 'first';
  /** The cases are about what is decided before a server is asked: one version of servers does. */
  readonly newestServerOnly?: boolean;
}

const EMPTY_STORE: readonly Words[] = [['del', '', '--prefix']];

/** Makes a test of each case on each server version at hand. */
export function sideBySide(
  name: string,
  cases: readonly SideBySideCase[],
  { reset = EMPTY_STORE, reach = 'all', newestServerOnly = false, ...labOptions }: SideBySideOptions = {},
): void {
  const wanted = newestServerOnly ? references.slice(-1) : references;
  const servers = wanted.filter(({ version }) => cases.some((one) => isComparable(one, version)));
  describe.each(servers.map((reference) => ({ reference, version: reference.version })))(
    `${name}, etcd $version`,
    ({ reference, version }) => {
      let stage: Stage;
      beforeAll(async () => {
        stage = new Stage(await startLab({ ...labOptions, reference }), reset, reach);
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

/** For cases that are no table: what the newest real etcdctl and ours do with one, on a server without states of other cases. */
export async function observeBoth(
  lab: Lab,
  each: SideBySideCase,
): Promise<{ readonly real: Observation; readonly ours: Observation }> {
  const stage = new Stage(lab, [], 'all');
  const real = await observe(stage, lab.newestEtcdctl, each);
  return { real, ours: await observe(stage, ourEtcdctl(), each) };
}

function isComparable({ since, server }: SideBySideCase, version: string): boolean {
  return (
    (since === undefined || comparesWithAtLeast(since)) &&
    (server === undefined || compareVersions(version, server) >= 0)
  );
}

function titleOf({ run: line, given, scene, stdin, env }: SideBySideCase): string {
  const shown = (value: Words) => (typeof value === 'string' ? value : JSON.stringify(value));
  const parts = [
    ...Object.entries(env ?? {}).map(([variable, value]) => `${variable}=${value}`),
    shown(line),
    ...(stdin === undefined
      ? []
      : [`<<< ${JSON.stringify(Buffer.from(stdin).toString('latin1')).slice(0, 40)}`]),
    ...(given === undefined ? [] : [`after ${given.map(shown).join('; ')}`]),
    ...(scene === undefined ? [] : [`with ${scene.name}`]),
  ];
  return parts.join(' ');
}

/** Fails unless the two are equal, or differ in just what is stated. */
export function expectAsStated(
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
    readonly reach: 'all' | 'first',
  ) {}

  /** The flags that lead to the servers. */
  flags(): string[] {
    const { endpoints } = this.lab.cluster;
    return this.lab.flags(this.reach === 'first' ? endpoints.slice(0, 1) : endpoints);
  }

  /** A command that changes nothing leaves the state to the next one that wants the same. */
  async set({ given = [], scene, changes = false }: SideBySideCase): Promise<SceneValues> {
    const state = JSON.stringify(given);
    if (state !== this.#state || changes) {
      this.#state = undefined;
      for (const line of [...this.reset, ...given]) await prepare(this.lab, line);
      if (!changes) this.#state = state;
    }
    return (await scene?.set(this.lab)) ?? {};
  }
}

async function observe(stage: Stage, program: Program, each: SideBySideCase): Promise<Observation> {
  const { lab } = stage;
  const values = await stage.set(each);
  const base = each.changes ? await currentRevision(lab) : undefined;
  const line = words(each.run).map((word) => withValues(word, values));
  const args = [...(each.alone ? [] : stage.flags()), ...line];
  const { env, stdin } = each;
  const result = await run(program, args, { ...(env && { env }), ...(stdin !== undefined && { stdin }) });
  const named = { ...values, ...(await each.scene?.after?.(lab)) };
  const error = finalLines(result.stderr);
  return {
    code: result.code ?? result.signal,
    stdout: masked(withNames(shownStdout(result, each, base), named), each),
    error: error && masked(withNames(error, named), each),
  };
}

function withValues(word: string, values: SceneValues): string {
  return word.replace(/\{([^{}]+)\}/g, (all, name: string) => values[name] ?? all);
}

function withNames(text: string, values: SceneValues): string {
  return Object.entries(values).reduce((so, [name, value]) => so.replaceAll(value, `{${name}}`), text);
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

export function words(line: Words): readonly string[] {
  return typeof line === 'string' ? line.split(' ') : line;
}

/** Exact bytes, as Latin-1 text so that a difference can be read; revisions relative when the state was made anew. */
function shownStdout({ stdout }: RunResult, each: SideBySideCase, base: bigint | undefined): string {
  const { message } = each;
  const isText = message === undefined || stdout.length === 0;
  const text = isText ? stdout.toString('latin1') : decoded(stdout, message);
  return masked(base === undefined ? text : relativeRevisions(text, base), each);
}

function masked(text: string, { mask }: SideBySideCase): string {
  if (mask === undefined) return text;
  const { pattern, replacement } = mask;
  return typeof replacement === 'string'
    ? text.replace(pattern, replacement)
    : text.replace(pattern, (match) => replacement(match));
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

/** The last `Error: …` line, after the lines in which some commands say what failed before; not the reasons nor etcdctl's log. */
export function finalLines(stderr: Buffer): string | undefined {
  const lines = stderr.toString('latin1').split('\n');
  const failed = lines.filter((line) => line.startsWith('Failed to '));
  const last = lines.findLast((line) => line.startsWith('Error: '));
  return last === undefined && failed.length === 0 ? undefined : [...failed, last].join('\n');
}
