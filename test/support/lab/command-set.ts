import { ask } from './gateway.js';
import type { Lab } from './lab.js';
import { type Program, run } from './program.js';

/** How the two programs of a comparison are run and their output is compared: for the commands of version 3 or version 2. */
export interface CommandSet {
  /** Added to the environment of both programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether servers of this version have the API of the commands. */
  isServedBy(version: string): boolean;
  /** The real etcdctl to compare with. */
  reference(lab: Lab): Program;
  /** The flags with which the programs connect to the lab's servers, or to these endpoints. */
  flags(lab: Lab, endpoints?: readonly string[]): string[];
  /** Does what this command line would do, without starting a program. Returns whether it could. */
  doDirectly?(lab: Lab, args: readonly string[]): Promise<boolean>;
  /** Empties the store. */
  empty(lab: Lab): Promise<void>;
  /** The store's current revision, or index in version 2. */
  revision(lab: Lab): Promise<bigint>;
  /** Replaces revisions in the text by their distance from `base`. */
  relative(text: string, base: bigint): string;
  /** The lines of stderr that must be equal. */
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
  /** The last `Error: …` line and the failure lines that some commands print before it, without reasons and etcdctl's log lines. */
  finalLines(stderr) {
    const lines = stderr.toString('latin1').split('\n');
    const failed = lines.filter((line) => line.startsWith('Failed to '));
    const last = lines.findLast((line) => line.startsWith('Error: '));
    return last === undefined && failed.length === 0 ? undefined : [...failed, last].join('\n');
  },
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const REVISION = /"((?:\w*_?r|Prev\w*R|\w*R)evision)"( ?: ?)"?(\d+)"?/g;
