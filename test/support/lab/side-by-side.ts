/**
 * The same command line through the newest real etcdctl and through ours, against equal states of one real server:
 * stdout byte for byte, exit status and final error line have to agree.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { MessageCodec } from '../../../src/wire/service.js';
import { type CommandSet, version3 } from './command-set.js';
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
  /**
   * The programs refuse or answer before they ask a server, whose version cannot matter then: one version does. The claim is
   * checked: the real etcdctl has to do the same where nobody listens.
   */
  readonly asksNoServer?: boolean;
  /** Why the newest servers are enough, though the case asks them. */
  readonly newestServerOnly?: string;
  /** The command waits long and leaves nothing behind: both programs run at the same time. */
  readonly atOnce?: boolean;
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
  /** Version 3's when absent. */
  readonly commands?: CommandSet;
  /** Command lines that bring the store back to nothing between cases; absent: those of the command set. */
  readonly reset?: readonly Words[];
  /** Members answer with their own id, and etcdctl takes any of them: `first` makes it one. All when absent. */
  readonly reach?: 'all' | 'first';
  /** One version of servers does for all cases: they are about what is decided before a server is asked. */
  readonly newestServerOnly?: boolean;
}

/** Nobody listens there. */
const NOBODY = ['127.0.0.1:1'];

/** Marks cases that are decided before a server is asked. */
export function askingNoServer(cases: readonly SideBySideCase[]): readonly SideBySideCase[] {
  return cases.map((each) => ({ ...each, asksNoServer: true }));
}

/** Makes a test of each case on each server version at hand. */
export function sideBySide(
  name: string,
  cases: readonly SideBySideCase[],
  {
    commands = version3,
    reset,
    reach = 'all',
    newestServerOnly = false,
    ...labOptions
  }: SideBySideOptions = {},
): void {
  const served = references.filter(({ version }) => commands.isServedBy(version));
  const wanted = newestServerOnly ? served.slice(-1) : served;
  const newestServed = served.at(-1)?.version;
  const casesOn = (version: string) =>
    cases.filter(
      (one) => isComparable(one, version) && (version === newestServed || concernsEveryServer(one)),
    );
  const servers = wanted.filter(({ version }) => casesOn(version).length > 0);
  describe.each(servers.map((reference) => ({ reference, version: reference.version })))(
    `${name}, etcd $version`,
    ({ reference, version }) => {
      let stage: Stage;
      beforeAll(async () => {
        stage = new Stage(await startLab({ ...labOptions, reference }), { commands, reset, reach });
      });
      afterAll(() => stage?.lab.stop());
      beforeEach(async ({ task }) => {
        Object.assign(task.meta, { sideBySide: 'different' });
      });

      for (const each of casesOn(version)) {
        it(titleOf(each), async ({ task }) => {
          expectAsStated(await observePrograms(stage, each), each.differs);
          Object.assign(task.meta, { sideBySide: each.differs === undefined ? 'equal' : 'deliberate' });
        });
      }
    },
  );
}

async function observePrograms(
  stage: Stage,
  each: SideBySideCase,
): Promise<{ readonly real: Observation; readonly ours: Observation }> {
  const reference = stage.commands.reference(stage.lab);
  if (each.atOnce) {
    await stage.set(each);
    const both = [observe(stage, reference, each), observe(stage, ourEtcdctl(), each)] as const;
    const [real, ours] = await Promise.all(both);
    return { real, ours };
  }
  const real = await observe(stage, reference, each);
  if (each.asksNoServer) {
    const nowhere = [...stage.commands.flags(stage.lab, NOBODY), ...words(each.run)];
    const without = await observe(stage, reference, { ...each, alone: true, run: nowhere });
    expect(without, 'without a server').toEqual(real);
  }
  return { real, ours: await observe(stage, ourEtcdctl(), each) };
}

/** For cases that are no table: what the newest real etcdctl and ours do with one, on a server without states of other cases. */
export async function observeBoth(
  lab: Lab,
  each: SideBySideCase,
): Promise<{ readonly real: Observation; readonly ours: Observation }> {
  const stage = new Stage(lab, { commands: version3, reset: [], reach: 'all' });
  const real = await observe(stage, lab.newestEtcdctl, each);
  return { real, ours: await observe(stage, ourEtcdctl(), each) };
}

function isComparable({ since, server }: SideBySideCase, version: string): boolean {
  return (
    (since === undefined || comparesWithAtLeast(since)) &&
    (server === undefined || compareVersions(version, server) >= 0)
  );
}

/** Otherwise nothing of the server's can be in the outcome: no flag leads to it, or it is not asked. */
function concernsEveryServer({ alone, scene, asksNoServer, newestServerOnly }: SideBySideCase): boolean {
  const cannotReachIt = alone === true && scene === undefined;
  return !(cannotReachIt || asksNoServer === true || newestServerOnly !== undefined);
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

interface StageSettings {
  readonly commands: CommandSet;
  readonly reset: readonly Words[] | undefined;
  readonly reach: 'all' | 'first';
}

/** The servers of one version, and the state that the newest preparation left them in. */
class Stage {
  readonly lab: Lab;
  readonly commands: CommandSet;
  readonly #settings: StageSettings;
  #state: string | undefined;

  constructor(lab: Lab, settings: StageSettings) {
    this.lab = lab;
    this.commands = settings.commands;
    this.#settings = settings;
  }

  /** The flags that lead to the servers. */
  flags(): string[] {
    const { endpoints } = this.lab.cluster;
    return this.commands.flags(
      this.lab,
      this.#settings.reach === 'first' ? endpoints.slice(0, 1) : endpoints,
    );
  }

  /** A command that changes nothing leaves the state to the next one that wants the same. */
  async set({ given = [], scene, changes = false }: SideBySideCase): Promise<SceneValues> {
    const state = JSON.stringify(given);
    if (state !== this.#state || changes) {
      this.#state = undefined;
      const { reset } = this.#settings;
      if (reset === undefined) await this.commands.empty(this.lab);
      for (const line of [...(reset ?? []), ...given]) await this.#prepare(line);
      if (!changes) this.#state = state;
    }
    return (await scene?.set(this.lab)) ?? {};
  }

  async #prepare(line: Words): Promise<void> {
    const { lab, commands } = this;
    const args = [...commands.flags(lab), ...words(line)];
    const result = await run(commands.reference(lab), args, { env: commands.env });
    if (result.code !== 0) throw new Error(`could not prepare ${JSON.stringify(line)}: ${result.stderr}`);
  }
}

async function observe(stage: Stage, program: Program, each: SideBySideCase): Promise<Observation> {
  const { lab, commands } = stage;
  const values = await stage.set(each);
  const base = each.changes ? await commands.revision(lab) : undefined;
  const line = words(each.run).map((word) => withValues(word, values));
  const args = [...(each.alone ? [] : stage.flags()), ...line];
  const { stdin } = each;
  const env = { ...commands.env, ...each.env };
  const result = await run(program, args, { env, ...(stdin !== undefined && { stdin }) });
  const named = { ...values, ...(await each.scene?.after?.(lab)) };
  const error = commands.finalLines(result.stderr);
  const relative = (text: string) => (base === undefined ? text : commands.relative(text, base));
  return {
    code: result.code ?? result.signal,
    stdout: masked(withNames(relative(shownStdout(result, each)), named), each),
    error: error && masked(withNames(relative(error), named), each),
  };
}

function withValues(word: string, values: SceneValues): string {
  return word.replace(/\{([^{}]+)\}/g, (all, name: string) => values[name] ?? all);
}

function withNames(text: string, values: SceneValues): string {
  return Object.entries(values).reduce((so, [name, value]) => so.replaceAll(value, `{${name}}`), text);
}

export function words(line: Words): readonly string[] {
  return typeof line === 'string' ? line.split(' ') : line;
}

/** Exact bytes, as Latin-1 text so that a difference can be read. */
function shownStdout({ stdout }: RunResult, { message }: SideBySideCase): string {
  return message === undefined || stdout.length === 0 ? stdout.toString('latin1') : decoded(stdout, message);
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
