/**
 * Runs the same command line with the newest real etcdctl and with ours, on equal states of one real server:
 * stdout (byte for byte), exit status and final error lines must be equal.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MessageCodec } from '../message-codec.js';
import { type CommandSet, version3 } from './command-set.js';
import {
  comparesWithAtLeast,
  type Lab,
  type LabOptions,
  newestEtcdctl,
  references,
  startLab,
} from './lab.js';
import { ourEtcdctl, type Program, type RunResult, run } from './program.js';
import {
  concernsEveryServer,
  type Difference,
  isComparable,
  type SceneValues,
  type SideBySideCase,
  titleOf,
  type Words,
  words,
} from './side-by-side-case.js';

export type {
  Difference,
  OutputMask,
  Scene,
  SceneValues,
  SideBySideCase,
  Words,
} from './side-by-side-case.js';
export { askingNoServer, words } from './side-by-side-case.js';

/** The parts of a run that are compared. */
export interface Observation {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly error: string | undefined;
}

export interface SideBySideOptions extends Omit<LabOptions, 'reference'> {
  /** Those of version 3 when absent. */
  readonly commands?: CommandSet;
  /** Command lines that empty the store between cases; when absent, the command set empties it. */
  readonly reset?: readonly Words[];
  /** The endpoints of both programs; `first` when the output depends on the member that answers. `all` when absent. */
  readonly reach?: 'all' | 'first';
  /** Runs all cases on the newest servers only, because they do not depend on the servers' version. */
  readonly newestServerOnly?: boolean;
}

/** An endpoint on which no server listens. */
const CLOSED_ENDPOINT = ['127.0.0.1:1'];

/** Defines a test for each case on each server version at hand. */
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
    `${name}, etcd $version, compared with etcdctl`,
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
    const unreachable = [...stage.commands.flags(stage.lab, CLOSED_ENDPOINT), ...words(each.run)];
    const without = await observe(stage, reference, { ...each, alone: true, run: unreachable });
    expect(without, 'without a server').toEqual(real);
  }
  return { real, ours: await observe(stage, ourEtcdctl(), each) };
}

/** Runs a single case that is not part of a table, with the newest real etcdctl and ours; does not empty the store. */
export async function observeBoth(
  lab: Lab,
  each: SideBySideCase,
): Promise<{ readonly real: Observation; readonly ours: Observation }> {
  const stage = new Stage(lab, { commands: version3, reset: [], reach: 'all' });
  const real = await observe(stage, lab.newestEtcdctl, each);
  return { real, ours: await observe(stage, ourEtcdctl(), each) };
}

/** Fails unless the two are equal, or differ exactly as stated. */
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
  // Fails for a difference that no longer exists: delete it from the table.
  for (const part of named) expect(real[part], part).not.toEqual(ours[part]);
}

interface StageSettings {
  readonly commands: CommandSet;
  readonly reset: readonly Words[] | undefined;
  readonly reach: 'all' | 'first';
}

/** The servers of one version, and the state that was prepared last. */
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

  /** The flags to connect to the servers. */
  flags(): string[] {
    const { endpoints } = this.lab.cluster;
    return this.commands.flags(
      this.lab,
      this.#settings.reach === 'first' ? endpoints.slice(0, 1) : endpoints,
    );
  }

  /** Prepares the state of a case, unless it is the state of the previous case, whose command changed nothing. */
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
    if (await commands.doDirectly?.(lab, words(line))) return;
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
  const stdout = printsUsage(program, result) ? '' : shownStdout(result, each);
  const relative = (text: string) => (base === undefined ? text : commands.relative(text, base));
  return {
    code: result.code ?? result.signal,
    stdout: masked(withNames(relative(stdout), named), each),
    error: error && masked(withNames(relative(error), named), each),
  };
}

/** An etcdctl before 3.6 prints the usage on stdout when a flag is wrong. The error is the same, and is compared. */
function printsUsage({ command }: Program, { code, stdout }: RunResult): boolean {
  const isOld = command === newestEtcdctl().command && !comparesWithAtLeast('3.6');
  return isOld && code === 1 && stdout.subarray(0, 6).toString() === 'NAME:\n';
}

function withValues(word: string, values: SceneValues): string {
  return word.replace(/\{([^{}]+)\}/g, (all, name: string) => values[name] ?? all);
}

function withNames(text: string, values: SceneValues): string {
  return Object.entries(values).reduce(
    (replaced, [name, value]) => replaced.replaceAll(value, `{${name}}`),
    text,
  );
}

/** The exact bytes as Latin-1 text, so that differences are readable. */
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
