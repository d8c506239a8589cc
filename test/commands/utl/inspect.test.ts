import { describe, expect, it } from 'vitest';
import type { CommandParent } from '../../../src/cli/command.js';
import { registerHash, runHash } from '../../../src/commands/utl/hash.js';
import { registerIterateBucket, runIterateBucket } from '../../../src/commands/utl/iterate-bucket.js';
import { registerListBucket, runListBucket } from '../../../src/commands/utl/list-bucket.js';
import { loadPrinter } from '../../../src/printers/registry.js';
import { writeDatabase } from '../../storage/support/databases.js';
import { dumpOf, SERVER_VERSIONS } from '../../storage/support/fixtures.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();

/** The emitted results in the simple format, with bytes as Latin-1 text. */
async function printed(work: (context: ReturnType<typeof fakeContext>['context']) => Promise<void>) {
  const { context, emitted } = fakeContext();
  const printer = await loadPrinter('simple');
  const out: Buffer[] = [];
  const sink = { out: (chunk: string | Uint8Array) => out.push(Buffer.from(chunk)), err: () => undefined };
  const emit = async (result: (typeof emitted)[number]) => printer.print(result, sink, { hex: false });
  await work({ ...context, emit });
  return Buffer.concat(out).toString('latin1');
}

describe.each(SERVER_VERSIONS)('a database of etcd %s', (version) => {
  const dump = dumpOf(version);

  it('has the buckets that etcd-dump-db lists', async () => {
    const path = files.snapshot(version);
    expect(await printed((context) => runListBucket({ path }, context))).toBe(dump.list);
  });

  it('has the hash that etcd-dump-db prints', async () => {
    const path = files.snapshot(version);
    const text = `db path: ${path}\nHash: ${dump.hash}\n`;
    expect(await printed((context) => runHash({ path }, context))).toBe(text);
    const dataDirectory = files.dataDirectory(version);
    expect(await printed((context) => runHash({ path: dataDirectory }, context))).toBe(
      `db path: ${dataDirectory}/member/snap/db\nHash: ${dump.hash}\n`,
    );
  });

  it.each([
    ['raw', false],
    ['decoded', true],
  ] as const)('has the pairs that it prints, %s', async (kind, decodes) => {
    const path = files.snapshot(version);
    const before = files.read(`${version}.db`);
    for (const [bucket, text] of Object.entries(dump[kind])) {
      const all = { path, bucket, limit: 0n, decodes };
      expect(await printed((context) => runIterateBucket(all, context)), bucket).toBe(text);
      const two = text.split('\n').slice(0, 2).join('\n');
      expect(await printed((context) => runIterateBucket({ ...all, limit: 2n }, context)), bucket).toBe(
        two.endsWith('\n') || two === '' ? two : `${two}\n`,
      );
    }
    expect(files.read(`${version}.db`).equals(before)).toBe(true);
  });
});

describe('printing the contents of a database', () => {
  const iterate = (bytes: Uint8Array, bucket: string, limit = 0n) => {
    const path = files.write('a.db', bytes);
    return printed((context) => runIterateBucket({ path, bucket, limit, decodes: true }, context));
  };

  it('applies the limit across pages', async () => {
    const pairs = Array.from({ length: 200 }, (_, index) => [`k${1000 + index}`, 'v'.repeat(20)] as const);
    const database = writeDatabase({ alarm: pairs });
    const lines = (await iterate(database, 'alarm', 120n)).trimEnd().split('\n');
    expect(lines).toHaveLength(120);
    expect(lines[0]).toContain('k1199');
    expect(lines[119]).toContain('k1080');
  });

  it('prints users without options, all types of permissions, and the auth flag', async () => {
    const database = writeDatabase({
      auth: [['authEnabled', '\x01']],
      authRoles: [['r', '\n\x01r\x12\x05\x08\x01\x12\x01a\x12\x08\x08\x02\x12\x01\xff\x1a\x01\x00']],
      authUsers: [
        ['a', '\n\x01a'],
        ['b', '\n\x01b"\x02\x08\x01'],
      ],
    });
    expect(await iterate(database, 'auth')).toBe('key="authEnabled", value=[1]\n');
    expect(await iterate(database, 'authRoles')).toBe(
      'role="r", keyPermission=[permType:WRITE key:"a" permType:READWRITE key:"\\xff" range_end:"\\x00"]\n',
    );
    expect(await iterate(database, 'authUsers')).toBe(
      'user="b", roles=[], option=no_password:true\nuser="a", roles=[], option=<nil>\n',
    );
  });

  it('names the record that cannot be decoded', async () => {
    const database = writeDatabase({ lease: [['short', '']] });
    await expect(iterate(database, 'lease')).rejects.toThrow(/^cannot decode a record: .* \(byte \d+ of /);
  });

  it('fails for a missing bucket and a missing file', async () => {
    await expect(iterate(writeDatabase({ key: [] }), 'nope')).rejects.toThrow('got nil bucket for nope');
    const { context } = fakeContext();
    for (const run of [runHash, runListBucket]) {
      await expect(run({ path: '/no/where' }, context)).rejects.toThrow(
        '"/no/where/member/snap/db" does not exist',
      );
      await expect(run({ path: '/no/db' }, context)).rejects.toThrow('"/no/db" does not exist');
    }
  });

  it.each<[(parent: CommandParent) => void, string[], string]>([
    [registerHash, ['hash'], 'Must provide at least 1 argument (got [])'],
    [registerListBucket, ['list-bucket'], 'Must provide at least 1 argument (got [])'],
    [registerIterateBucket, ['iterate-bucket', 'a'], 'Must provide 2 arguments (got [a])'],
    [registerIterateBucket, ['iterate-bucket', 'a', 'b', 'c'], 'Must provide 2 arguments (got [a b c])'],
  ])('rejects arguments as etcd-dump-db does, %#', (register, argv, message) => {
    expect(() => parseCommand(register, argv)).toThrow(expect.objectContaining({ message, kind: 'flag' }));
  });

  it('accepts its flags', () => {
    expect(
      parseCommand(registerIterateBucket, ['iterate-bucket', 'd', 'key', '--limit=3', '--decode']),
    ).toEqual({ path: 'd', bucket: 'key', limit: 3n, decodes: true });
    expect(parseCommand(registerHash, ['hash', 'd', 'ignored'])).toEqual({ path: 'd' });
  });
});
