/** One line of a table of command lines that the real etcdctl and ours are given, and on which servers it is tried. */
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { MessageCodec } from '../message-codec.js';
import { comparesWithAtLeast, type Lab } from './lab.js';

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

/** Marks cases that are decided before a server is asked. */
export function askingNoServer(cases: readonly SideBySideCase[]): readonly SideBySideCase[] {
  return cases.map((each) => ({ ...each, asksNoServer: true }));
}

/** Whether the programs and servers at hand have what the case is about. */
export function isComparable({ since, server }: SideBySideCase, version: string): boolean {
  return (
    (since === undefined || comparesWithAtLeast(since)) &&
    (server === undefined || compareVersions(version, server) >= 0)
  );
}

/** Otherwise the newest servers are enough: no flag leads to one, none is asked, or the case says why. */
export function concernsEveryServer({
  alone,
  scene,
  asksNoServer,
  newestServerOnly,
}: SideBySideCase): boolean {
  const cannotReachIt = alone === true && scene === undefined;
  return !(cannotReachIt || asksNoServer === true || newestServerOnly !== undefined);
}

/** The name of its test. */
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
