import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, references, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, run } from '../../support/lab/program.js';
import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'protobuf', 'table'];

const futureRevision: SideBySideCase = { run: 'compaction 999999999' };
const refused: readonly SideBySideCase[] = [
  futureRevision,
  { run: 'compaction 9223372036854775807 --physical' },
  ...FORMATS.map((format) => ({ run: `compaction 999999999 -w ${format}` })),
  { run: 'compact 999999999' },
];

const wrongArguments: readonly SideBySideCase[] = [
  { run: 'compaction' },
  { run: 'compaction 1 2' },
  { run: 'compaction x' },
  { run: ['compaction', ''] },
  { run: 'compaction 0x10' },
  { run: 'compaction 1_000' },
  { run: 'compaction 1.5' },
  { run: 'compaction 9223372036854775808' },
  { run: 'compaction -5', since: '3.6' },
  { run: 'compaction 5 --physical=maybe', since: '3.6' },
  { run: 'compaction 5 --nonsense', since: '3.6' },
  { run: 'compaction 5 -w xml' },
];

sideBySide('compaction, refused', refused);
sideBySide('compaction arguments', wrongArguments, { newestServerOnly: true });
sideBySide('compaction over TLS', [futureRevision], { profile: 'tls' });
sideBySide('compaction with users', [futureRevision], { profile: 'auth' });

describe.each(references)('compaction, etcd $version', (reference) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference });
  });
  afterAll(() => lab?.stop());

  /** Writes two revisions; returns the later one. */
  async function advance(): Promise<bigint> {
    await lab.real(['put', 'k', 'old']);
    const { stdout } = await lab.real(['put', 'k', 'new', '-w', 'json']);
    return BigInt(/"revision":(\d+)/.exec(stdout.toString())?.[1] ?? 0);
  }

  const lines = [
    ...FORMATS.map((format) => ['-w', format]),
    ['--physical'],
    ['--physical=false'],
    ['--physical', '-w', 'json'],
  ];
  it.each(lines.map((flags) => ({ flags, line: flags.join(' ') })))(
    'compacts an existing revision as etcdctl does: compaction $line',
    async ({ flags }) => {
      const outputs: string[][] = [];
      for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
        const revision = await advance();
        const tell = async (...args: string[]) => {
          const result = await run(program, [...lab.flags(), ...args]);
          const error = result.stderr
            .toString()
            .split('\n')
            .findLast((line) => line.startsWith('Error: '));
          return `${result.code} ${result.stdout}${error}`.replaceAll(`${revision}`, '<revision>');
        };
        outputs.push([
          await tell('compaction', `${revision}`, ...flags),
          await tell('compaction', `${revision}`, ...flags),
          await tell('compaction', '--', '-5'),
          await tell('get', 'k', `--rev=${revision - 1n}`),
          await tell('get', 'k', `--rev=${revision}`),
        ]);
      }
      const [real, ours] = outputs;
      expect(ours).toEqual(real);
      expect(ours?.[0]).toBe('0 compacted revision <revision>\nundefined');
    },
  );
});
