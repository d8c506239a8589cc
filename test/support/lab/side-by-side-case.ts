/** Cases of the side-by-side tables: a command line for the real etcdctl and ours, and the servers on which it is run. */
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { MessageCodec } from '../message-codec.js';
import { comparesWithAtLeast, type Lab } from './lab.js';

export type Words = string | readonly string[];

/**
 * A state that cannot be prepared by command lines alone, such as an alarm or a member whose id is not known in advance. It is set up
 * before each of the two programs runs. `{name}` in the command line stands for a value of the scene; in the compared output, the
 * values are replaced by `{name}`.
 */
export interface Scene {
  readonly name: string;
  set(lab: Lab): Promise<SceneValues>;
  /** Returns values that exist only after the command, such as the id of the member that it added. */
  after?(lab: Lab): Promise<SceneValues>;
}
export type SceneValues = Readonly<Record<string, string>>;

/** One case of a table. A string is split at spaces; arguments with spaces or unusual bytes need an array. */
export interface SideBySideCase {
  readonly run: Words;
  /** Command lines for the real etcdctl that prepare the state for both programs. */
  readonly given?: readonly Words[];
  /** Set up after `given`. Either all cases of a table have a scene, or none. */
  readonly scene?: Scene;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** The command changes the store: the state is prepared again for each program, and revisions are compared relative to it. */
  readonly changes?: boolean;
  /** The message on stdout, with `changes` and `-w protobuf`: its decoded form is compared, with relative revisions. */
  readonly message?: MessageCodec<object>;
  /** Leaves out the flags to connect to the servers. */
  readonly alone?: boolean;
  /** The first version of the real etcdctl that behaves so; skipped when only older ones are at hand. */
  readonly since?: string;
  /** The first version of the servers with this behaviour; skipped on older ones. */
  readonly server?: string;
  /**
   * The programs finish without calling a server, so the case is run with one version of servers only. This claim is
   * checked: the real etcdctl must do the same with an endpoint on which no server listens.
   */
  readonly asksNoServer?: boolean;
  /** Why the case is run only on the newest servers, although it calls them. */
  readonly newestServerOnly?: string;
  /** Runs both programs at the same time, for a command that waits long and changes nothing. */
  readonly atOnce?: boolean;
  /** Text on stdout or in the error lines that differs between two runs. */
  readonly mask?: OutputMask;
  /** A deliberate difference: its reason, and our output. The parts named here must differ, and all others must be equal. */
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

/** Sets `asksNoServer` in these cases. */
export function askingNoServer(cases: readonly SideBySideCase[]): readonly SideBySideCase[] {
  return cases.map((each) => ({ ...each, asksNoServer: true }));
}

/** Whether the etcdctl at hand and servers of this version have the behaviour of the case. */
export function isComparable({ since, server }: SideBySideCase, version: string): boolean {
  return (
    (since === undefined || comparesWithAtLeast(since)) &&
    (server === undefined || compareVersions(version, server) >= 0)
  );
}

/** False when the newest servers are enough: the case has no endpoint, calls no server, or says why. */
export function concernsEveryServer({
  alone,
  scene,
  asksNoServer,
  newestServerOnly,
}: SideBySideCase): boolean {
  const cannotReachIt = alone === true && scene === undefined;
  return !(cannotReachIt || asksNoServer === true || newestServerOnly !== undefined);
}

/** The title of the case's test. */
export function titleOf({ run: line, given, scene, stdin, env }: SideBySideCase): string {
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

export function words(line: Words): readonly string[] {
  return typeof line === 'string' ? line.split(' ') : line;
}
