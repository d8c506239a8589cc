import { expect, it } from 'vitest';
import type { Result } from '../../src/model/results.js';
import { DOCTOR_REPORT } from '../../src/printers/doctor-schema.js';
import * as messages from '../../src/printers/message-schemas.js';
import { loadPrinter } from '../../src/printers/registry.js';
import * as reports from '../../src/printers/report-schemas.js';
import type { Field, Schema, Type } from '../../src/printers/schema.js';
import { FIXTURES } from '../golden/fixtures.js';

async function json(result: Result, options: { hex?: boolean; textIds?: boolean } = {}): Promise<string> {
  const chunks: Buffer[] = [];
  const sink = {
    out: (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk)),
    err: () => undefined,
  };
  await (await loadPrinter('json')).print(result, sink, { hex: false, ...options });
  return Buffer.concat(chunks).toString('utf8');
}

/** The names of the fields in JSON, by the type of their values, of all schemas. */
function numericFields(): Record<string, string[]> {
  const names: Record<string, Set<string>> = {};
  const visited = new Set<Schema>();
  const visitType = (name: string, type: Type): void => {
    switch (type.kind) {
      case 'integer':
      case 'id':
      case 'lease-id':
      case 'revision':
        names[type.kind] = (names[type.kind] ?? new Set()).add(name);
        break;
      case 'list':
        visitType(name, type.item);
        break;
      case 'message':
      case 'embedded':
        visit(type.schema);
        break;
      case 'one-of':
        for (const each of Object.values<Field>(type.cases())) visitType(each.json, each.type);
    }
  };
  const visit = (schema: Schema): void => {
    if (visited.has(schema)) return;
    visited.add(schema);
    for (const field of schema.fields) visitType(field.json, field.type);
  };
  for (const schema of [...Object.values(messages), ...Object.values(reports), DOCTOR_REPORT])
    visit(schema as Schema);
  return Object.fromEntries(Object.entries(names).map(([kind, set]) => [kind, [...set].sort()]));
}

// A new field with a number appears here: ids and revisions become text with --ids=string, everything else stays a number.
it('every field with a number is an id, a revision, or a number', () => {
  expect(numericFields()).toEqual({
    id: ['ID', 'clusterId', 'cluster_id', 'id', 'leader', 'memberID', 'memberId', 'member_id'],
    'lease-id': ['ID', 'id', 'lease'],
    revision: [
      'CompactRevision',
      'authRevision',
      'compactRevision',
      'compact_revision',
      'compactedRevision',
      'create_revision',
      'hashRevision',
      'hash_revision',
      'mod_revision',
      'revision',
    ],
    integer: [
      'TTL',
      'attempts',
      'buckets',
      'changed',
      'clockOffsetMs',
      'count',
      'daysLeft',
      'dbQuotaBytes',
      'dbSize',
      'dbSizeAfter',
      'dbSizeBytes',
      'dbSizeInUse',
      'dbSizeInUseBytes',
      'dbSizeQuota',
      'dbSizeUnused',
      'deleted',
      'failures',
      'granted-ttl',
      'grantedLeases',
      'hash',
      'hints',
      'keys',
      'leasedKeys',
      'new',
      'permType',
      'raftAppliedIndex',
      'raftIndex',
      'raftTerm',
      'raft_term',
      'readMs',
      'records',
      'schemaVersion',
      'size',
      'skipped',
      'snapshotSize',
      'tookMs',
      'totalKey',
      'totalSize',
      'ttl',
      'type',
      'unchanged',
      'unknowns',
      'version',
      'warnings',
    ],
  });
});

const NAMES = numericFields();
/** Decoded values have no schema in the program. */
const DECODED_NAMES = ['createRevision', 'modRevision'];
const ID_NAMES = [...['id', 'lease-id', 'revision'].flatMap((kind) => NAMES[kind] ?? []), ...DECODED_NAMES];
/** An id or a revision with its digits in the JSON of etcdctl. `"hash"` and sizes do not match. */
const ID = new RegExp(`("(?:${ID_NAMES.join('|')})":)(-?[0-9]+)`, 'g');

const printable = Object.entries(FIXTURES).filter(
  ([, { kind }]) => kind !== 'bucket-records' && kind !== 'text' && kind !== 'snapshot-saved',
);

it.each(printable)('--ids=string changes only ids and revisions of %s', async (_name, result) => {
  const numbers = await json(result);
  expect(await json(result, { textIds: true })).toBe(numbers.replace(ID, '$1"$2"'));
});

it('with --hex too, ids of members are hexadecimal, and revisions decimal', async () => {
  const result: Result = {
    kind: 'member-remove',
    id: 1n,
    response: {
      header: { clusterId: 2n ** 64n - 1n, memberId: 10n, revision: 12n, raftTerm: 2n },
      members: [],
    },
  };
  expect(await json(result, { hex: true, textIds: true })).toBe(
    '{"header":{"cluster_id":"ffffffffffffffff","member_id":"a","revision":"12","raft_term":2},"members":[]}\n',
  );
});

it('survives a reader of doubles', async () => {
  const header = { clusterId: 2n ** 63n + 1n, memberId: 0n, revision: 2n ** 53n + 1n, raftTerm: 2n };
  const text = await json({ kind: 'put', response: { header, prevKv: undefined } }, { textIds: true });
  expect(JSON.parse(text).header).toEqual({
    cluster_id: '9223372036854775809',
    revision: '9007199254740993',
    raft_term: 2,
  });
});
