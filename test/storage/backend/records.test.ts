import { describe, expect, it } from 'vitest';
import { memberJson, parseMemberJson } from '../../../src/storage/backend/member-json.js';
import { decodeBackendRecord } from '../../../src/storage/backend/records.js';
import { encodeRevisionKey } from '../../../src/storage/backend/revision-key.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { SERVER_VERSIONS, snapshotOf } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

function recordsOf(version: string, name: string) {
  const bolt = BoltFile.open(new StrictByteSource(snapshotOf(version)));
  const bucket = bolt.bucket(name);
  if (bucket === undefined) throw new Error(`no bucket ${name}`);
  return Array.from(bolt.pairs(bucket), ({ key, value }) =>
    decodeBackendRecord(name, new Uint8Array(key), new Uint8Array(value)),
  );
}

describe('decodeBackendRecord', () => {
  it.each(SERVER_VERSIONS)('decodes the records of etcd %s', (version) => {
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    const changes = recordsOf(version, 'key').flatMap((record) => (record.kind === 'change' ? [record] : []));
    expect(changes.at(-1)?.keyValue.modRevision).toBe(changes.at(-1)?.revision.main);
    expect(
      changes.filter(({ revision }) => revision.isTombstone).map(({ keyValue }) => text(keyValue.key)),
    ).toContain('many-10');
    expect(recordsOf(version, 'lease')).toMatchObject([{ kind: 'lease', lease: { ttl: 5000n } }]);
    expect(recordsOf(version, 'authUsers')).toMatchObject([{ kind: 'user', name: 'someone' }]);
    expect(recordsOf(version, 'authRoles')).toMatchObject([{ kind: 'role', name: 'reader' }]);
    expect(recordsOf(version, 'members')).toMatchObject([{ kind: 'member', member: { name: 'a' } }]);
    const kinds = recordsOf(version, 'meta').map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['number', 'compaction']));
  });

  it.each([
    ['key', 'short', ''],
    [
      'key',
      Buffer.from(encodeRevisionKey({ main: 1n, sub: 0n, isTombstone: false })).toString('latin1'),
      '\xff',
    ],
    ['lease', 'seven b', ''],
    ['meta', 'term', '1'],
    ['meta', 'confState', '{'],
    ['members', 'abc', '{"id":"x"}'],
    ['auth', 'authRevision', ''],
  ])('throws for a malformed record in %s: %j', (bucket, key, value) => {
    expect(() =>
      decodeBackendRecord(bucket, Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1')),
    ).toThrow();
  });
});

it('does not decode records of several MiB in buckets other than `key`', () => {
  const permissions = Buffer.alloc(9 << 20, Buffer.from([0x12, 0]));
  expect(() => decodeBackendRecord('authRoles', Buffer.from('r'), permissions)).toThrow(
    'it has 9437184 bytes',
  );
  expect(decodeBackendRecord('authRoles', Buffer.from('r'), permissions.subarray(0, 8))).toMatchObject({
    role: { keyPermission: [{}, {}, {}, {}] },
  });
});

describe('memberJson', () => {
  it('keeps 64-bit ids, and escapes like Go', () => {
    const member = { id: 0xfee7fbf52e362f7en, name: 'a<b>', peerUrls: ['http://h:1?a&b'] };
    const text = memberJson(member);
    expect(text).toBe(
      '{"id":18367926635714719614,"peerURLs":["http://h:1?a\\u0026b"],"name":"a\\u003cb\\u003e"}',
    );
    expect(parseMemberJson(text)).toEqual(member);
  });
});
