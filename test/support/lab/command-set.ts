import type { Lab } from './lab.js';
import { type Program, run } from './program.js';

/** How the two programs of a comparison are run, and what of their output is compared: version 3's commands or version 2's. */
export interface CommandSet {
  /** Added to the environment of both programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether servers of this version have what the commands ask for. */
  isServedBy(version: string): boolean;
  /** The real etcdctl to compare with. */
  reference(lab: Lab): Program;
  /** The flags that lead to these servers. */
  flags(lab: Lab, endpoints?: readonly string[]): string[];
  /** Brings the store back to nothing. */
  empty(lab: Lab): Promise<void>;
  /** The store's revision or index at this moment. */
  revision(lab: Lab): Promise<bigint>;
  /** Replaces revisions by their distance from one. */
  relative(text: string, base: bigint): string;
  /** What of stderr has to be the same. */
  finalLines(stderr: Buffer): string | undefined;
}

export const version3: CommandSet = {
  env: {},
  isServedBy: () => true,
  reference: (lab) => lab.newestEtcdctl,
  flags: (lab, endpoints) => lab.flags(endpoints),
  async empty(lab) {
    const result = await run(lab.newestEtcdctl, [...lab.flags(), 'del', '', '--prefix']);
    if (result.code !== 0) throw new Error(`could not empty the store: ${result.stderr}`);
  },
  async revision(lab) {
    const { stdout } = await run(lab.newestEtcdctl, [...lab.flags(), 'get', 'x', '-w', 'json']);
    const [, revision] = /"revision":(\d+)/.exec(stdout.toString()) ?? [];
    if (revision === undefined) throw new Error(`no revision in ${stdout}`);
    return BigInt(revision);
  },
  relative: (text, base) =>
    text.replace(REVISION, (_all, name: string, colon: string, revision: string) => {
      return `"${name}"${colon}base+${BigInt(revision) - base}`;
    }),
  /** The last `Error: …` line, after the lines in which some commands say what failed before; not the reasons nor etcdctl's log. */
  finalLines(stderr) {
    const lines = stderr.toString('latin1').split('\n');
    const failed = lines.filter((line) => line.startsWith('Failed to '));
    const last = lines.findLast((line) => line.startsWith('Error: '));
    return last === undefined && failed.length === 0 ? undefined : [...failed, last].join('\n');
  },
};

const REVISION = /"((?:\w*_?r|Prev\w*R|\w*R)evision)"( ?: ?)"?(\d+)"?/g;
