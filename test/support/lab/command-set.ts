import { ask } from './gateway.js';
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
  /** Does what this command line would, without starting a program; tells whether it could. */
  doDirectly?(lab: Lab, args: readonly string[]): Promise<boolean>;
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
  async doDirectly(lab, [command, key, value, ...rest]) {
    const isPlainPut = command === 'put' && key !== undefined && value !== undefined && rest.length === 0;
    if (!isPlainPut || lab.profile !== 'plain' || key.startsWith('-') || value.startsWith('-')) return false;
    await ask(lab, 'kv/put', { key: base64(key), value: base64(value) });
    return true;
  },
  async empty(lab) {
    if (lab.profile === 'plain') {
      await ask(lab, 'kv/deleterange', { key: base64('\0'), range_end: base64('\0') });
      return;
    }
    const result = await run(lab.newestEtcdctl, [...lab.flags(), 'del', '', '--prefix']);
    if (result.code !== 0) throw new Error(`could not empty the store: ${result.stderr}`);
  },
  async revision(lab) {
    if (lab.profile === 'plain') {
      const { header } = (await ask(lab, 'kv/range', { key: base64('x') })) as {
        header: { revision: string };
      };
      return BigInt(header.revision);
    }
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

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const REVISION = /"((?:\w*_?r|Prev\w*R|\w*R)evision)"( ?: ?)"?(\d+)"?/g;
