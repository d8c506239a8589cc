import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions } from '../../scripts/lib/version.mjs';
import type { Client } from '../../src/model/services.js';
import { connect } from '../../src/transport/grpc/connect.js';
import { connectionOptions } from '../support/grpc/options.js';
import { comparesWithAtLeast, type Lab, references, startLab } from '../support/lab/lab.js';
import { measuredRun } from '../support/lab/measured-run.js';
import { ourEtcdctl } from '../support/lab/program.js';

/** etcd's default --max-txn-ops. */
const MAX_TXN = 128;
const SMALL_KEYS = 30_000;
/** The number of large values: half of their keys sort before the small keys, half after. */
const LARGE_VALUES = 12;
const MIB = 2 ** 20;

interface Lines {
  readonly run: string;
  readonly since?: string;
  /** Skipped on servers older than this version, which answer differently. */
  readonly server?: string;
}

const LINES: readonly Lines[] = [
  { run: '--from-key' },
  { run: '--from-key -w json' },
  { run: '--from-key -w fields' },
  { run: '--from-key -w protobuf' },
  { run: '--from-key -w fields --hex', since: '3.6' },
  { run: '--from-key --hex' },
  { run: '--from-key --print-value-only' },
  { run: '--from-key --keys-only' },
  { run: '--from-key --keys-only -w json' },
  { run: '--from-key --keys-only -w protobuf' },
  { run: '--from-key --count-only -w fields', since: '3.6' },
  { run: '--from-key --limit=20 -w json' },
  { run: '--from-key --limit=21 -w json' },
  { run: '--from-key --limit=12345 -w fields' },
  { run: '--from-key --limit=29999 -w protobuf' },
  { run: '--prefix --limit=30012 -w json' },
  { run: '--prefix --limit=30011 -w json' },
  { run: '--prefix --limit=-1 -w json --keys-only' },
  { run: '--prefix -w json --rev=150' },
  { run: '--prefix -w fields --rev=150 --limit=10000' },
  { run: '--prefix -w json --consistency=s' },
  { run: '--prefix -w json --order=ASCEND --sort-by=KEY' },
  { run: '--prefix -w json --order=DESCEND --limit=1000' },
  { run: '--prefix -w json --sort-by=MODIFY --keys-only' },
  { run: '--prefix -w json --min-mod-rev=100 --max-mod-rev=120', since: '3.6' },
  { run: '--prefix -w json --min-create-rev=200', since: '3.6' },
  { run: '--prefix -w fields --min-mod-rev=100 --limit=500', since: '3.6' },
  { run: '--prefix -w json --max-create-rev=50 --keys-only --limit=700', since: '3.6' },
  { run: '--prefix -w json --min-create-rev=1000000', since: '3.6' },
  { run: '--prefix -w json --stream', since: '3.7', server: '3.7' },
  { run: '--prefix -w fields --stream --limit=777', since: '3.7', server: '3.7' },
  { run: '--prefix --stream --order=DESCEND', since: '3.7', server: '3.7' },
];

/** Writes the small keys, three of them twice, and the large ones. */
async function fill(client: Client): Promise<void> {
  const key = (index: number) => Buffer.from(`small/${String(index).padStart(6, '0')}`);
  const puts = Array.from({ length: SMALL_KEYS }, (_, index) => ({
    key: key(index),
    value: Buffer.from(`value ${index}`),
  }));
  puts.push(...[7, 70, 7000].map((index) => ({ key: key(index), value: Buffer.from('again') })));
  for (let from = 0; from < puts.length; from += MAX_TXN) {
    const success = puts
      .slice(from, from + MAX_TXN)
      .map((value) => ({ request: { $case: 'requestPut' as const, value } }));
    await client.kv.txn({ compare: [], success, failure: [] });
  }
  await fillLarge(client, 'large/', LARGE_VALUES / 2);
  await fillLarge(client, 'tall/', LARGE_VALUES / 2);
}

async function fillLarge(client: Client, prefix: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const key = Buffer.from(`${prefix}${String(index).padStart(4, '0')}`);
    await client.kv.put({ key, value: Buffer.alloc(MIB, `${index} `) });
  }
}

async function withClient(lab: Lab, work: (client: Client) => Promise<void>): Promise<void> {
  const client = await connect(connectionOptions(lab.cluster.endpoints, { callTimeoutMs: 60_000 }));
  try {
    await work(client);
  } finally {
    client.close();
  }
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'a large range, etcd $version',
  ({ reference, version }) => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ reference });
      await withClient(lab, fill);
    });
    afterAll(() => lab?.stop());

    const cases = LINES.filter(
      ({ since, server }) =>
        (since === undefined || comparesWithAtLeast(since)) &&
        (server === undefined || compareVersions(version, server) >= 0),
    );
    it.each(cases)('is read in pages and printed as etcdctl prints it: get $run', async ({ run }) => {
      const args = [...lab.flags(), '--command-timeout=60s', 'get', '', ...run.split(' ')];
      const {
        stderr: _realErrors,
        peakMemoryBytes: _realPeak,
        ...real
      } = await measuredRun(lab.newestEtcdctl, args);
      const {
        stderr: _ourErrors,
        peakMemoryBytes: _ourPeak,
        ...ours
      } = await measuredRun(ourEtcdctl(), args);
      expect(ours).toEqual(real);
    });
  },
);

/** A server with RangeStream, if one is at hand, and one without, from which the range is read in pages. */
const KINDS = [
  {
    reference: references.findLast(({ version }) => compareVersions(version, '3.7') >= 0),
    formats: ['json'],
  },
  {
    reference: references.findLast(({ version }) => compareVersions(version, '3.7') < 0),
    formats: ['simple', 'json', 'fields', 'protobuf'],
  },
].flatMap(({ reference, formats }) =>
  reference === undefined ? [] : [{ reference, formats, version: reference.version }],
);

const isStandalone = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';

describe.each(KINDS)('memory for a large range, etcd $version', ({ reference, formats }) => {
  const COUNT = 320;
  /** A sixth of it is the memory of Node.js itself. */
  const MAX_BYTES = (isStandalone ? 200 : 300) * MIB;
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference });
    await withClient(lab, (client) => fillLarge(client, 'large/', COUNT));
  });
  afterAll(() => lab?.stop());

  it.each(formats)('is bounded: %s', async (format) => {
    const args = [...lab.flags(), 'get', 'large/', '--prefix', '-w', format];
    const { code, stdoutBytes, peakMemoryBytes = 0, stderr } = await measuredRun(ourEtcdctl(), args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdoutBytes).toBeGreaterThan(COUNT * MIB);
    expect(peakMemoryBytes).toBeLessThan(MAX_BYTES);
  });
});
