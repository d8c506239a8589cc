import { describe, expect, it } from 'vitest';
import { type ExportOptions, registerExport, runExport } from '../../../src/commands/v3/export.js';
import { type ImportOptions, registerImport, runImport } from '../../../src/commands/v3/import.js';
import { ServerError } from '../../../src/model/errors.js';
import type { KeyValue, TxnRequest } from '../../../src/model/messages/kv.js';
import { fakeContext } from '../../support/fake-context.js';
import { FakeKv } from '../../support/fake-kv.js';
import { parseCommand } from '../../support/parse-command.js';

const importOptions = (...argv: string[]) =>
  parseCommand(registerImport, ['import', ...argv]) as ImportOptions;
const exportOptions = (...argv: string[]) =>
  parseCommand(registerExport, ['export', ...argv]) as ExportOptions;

describe('the arguments of import', () => {
  it('have defaults', () => {
    expect(importOptions()).toMatchObject({ file: '-', leases: 'grant', isDryRun: false, maxTxnOps: 128 });
    expect(importOptions('f', '--prefix=a')).toMatchObject({
      file: 'f',
      prefix: Buffer.from('a'),
      replacement: Buffer.from('a'),
    });
  });

  it.each([
    [['a', 'b'], 'import takes at most one file'],
    [['--no-dest-prefix', '--dest-prefix=b'], 'choose one'],
    [['--leases=keep'], '--leases must be grant, drop or skip, not keep'],
    [['--changes'], '--changes needs --dry-run'],
  ])('%j are refused', (argv, message) => {
    expect(() => importOptions(...argv)).toThrow(message);
  });
});

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

interface Written {
  readonly key: string;
  readonly value: string;
  readonly lease: bigint;
}

/** Imports these lines; returns what was written. */
async function imported(lines: readonly string[], ...argv: string[]) {
  const written: Written[] = [];
  const grants: bigint[] = [];
  const fake = fakeContext({
    stdin: [lines.map((line) => `${line}\n`).join('')],
    connect: () => ({
      kv: {
        txn: async ({ success }: TxnRequest) => {
          for (const { request } of success) {
            if (request.$case !== 'requestPut') throw new Error('not a put');
            const { key, value = Buffer.of(), lease = 0n } = request.value;
            if (text(key) === 'refused')
              throw new ServerError('etcdserver: permission denied', 'PermissionDenied');
            written.push({ key: text(key), value: text(value), lease });
          }
          return { succeeded: true, responses: [] };
        },
      } as never,
      lease: {
        leaseGrant: async ({ ttl }: { ttl: bigint }) => ({
          id: 100n + BigInt(grants.push(ttl)),
          ttl,
          error: '',
        }),
      } as never,
    }),
  });
  const error = await runImport(importOptions(...argv), fake.context).catch((failure: Error) => failure);
  return { ...fake, written, grants, error };
}

describe('import', () => {
  const leased = [
    '{"lease":"a","grantedTtl":60,"ttl":1}',
    '{"key":"x","value":"1","lease":"a"}',
    '{"key":"y","value":"2","lease":"a"}',
    '{"lease":"b","grantedTtl":0,"ttl":0}',
    '{"key":"z","value":"3","lease":"b"}',
  ];

  it('grants a lease once, with its full time to live, and leaves out keys whose lease had expired', async () => {
    const { written, grants, emitted } = await imported(leased, '--unchecked');
    expect(written.map(({ key, lease }) => [key, lease])).toEqual([
      ['x', 101n],
      ['y', 101n],
    ]);
    expect(grants).toEqual([60n]);
    expect(emitted).toMatchObject([{ report: { keys: 2, skippedKeys: 1, leasedKeys: 3, grantedLeases: 1 } }]);
  });

  it('grants no lease for keys that are left out', async () => {
    const { grants } = await imported(leased, '--unchecked', '--prefix=other');
    expect(grants).toEqual([]);
  });

  it('refuses a lease of unknown time to live, unless its keys lose it or are skipped', async () => {
    const line = '{"key":"x","value":"1","lease":"c"}';
    expect((await imported([line], '--unchecked')).error).toMatchObject({
      message: 'line 1: the time to live of its lease is not known',
    });
    expect((await imported([line], '--unchecked', '--leases=drop')).written).toHaveLength(1);
    expect((await imported([line], '--unchecked', '--leases=skip')).written).toEqual([]);
  });

  it('says how far it came when a write fails', async () => {
    const keys = ['a', 'b', 'c', 'd', 'refused'].map((key) => `{"key":"${key}","value":""}`);
    const { error } = await imported(keys, '--unchecked', '--max-txn-ops=2');
    expect(error).toMatchObject({
      message: 'etcdserver: permission denied',
      code: 'PermissionDenied',
      reasons: [
        '4 keys are written, all of the file up to line 4; to go on, run the same import again: it writes them again',
      ],
    });
  });

  it('refuses a key of which nothing is left', async () => {
    const { error } = await imported(
      ['{"key":"p","value":""}'],
      '--unchecked',
      '--prefix=p',
      '--no-dest-prefix',
    );
    expect(error).toMatchObject({ message: 'line 1: nothing is left of the key' });
  });

  it('reads what export writes, and notices a line that is missing', async () => {
    const kv = (key: string): KeyValue => ({
      key: Buffer.from(key),
      value: Buffer.from(`value of ${key}`),
      createRevision: 3n,
      modRevision: 3n,
      version: 1n,
      lease: 0n,
    });
    const server = new FakeKv({ kvs: ['a', 'b', 'c'].map(kv) });
    const kvService = await server.reader.bounded();
    const { context, emitted } = fakeContext({ connect: () => ({ kv: kvService, lease: {} as never }) });
    await runExport(exportOptions(), context);
    const lines = emitted
      .map((result) => (result.kind === 'bytes' ? text(result.bytes) : ''))
      .join('')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(5);
    const { written, error } = await imported(lines);
    expect([error, written.map(({ value }) => value)]).toEqual([
      undefined,
      ['value of a', 'value of b', 'value of c'],
    ]);
    expect((await imported(lines.toSpliced(2, 1))).error).toMatchObject({
      message: 'the export was changed: its checksum differs',
    });
    const miscounted = (lines.at(-1) ?? '').replace('"keys":3', '"keys":4');
    expect((await imported([...lines.slice(0, -1), miscounted])).error).toMatchObject({
      message: 'the export was changed: its checksum differs',
    });
    expect((await imported(lines.slice(0, 4))).error).toMatchObject({
      message: 'the export is incomplete: its last line is missing',
    });
    expect((await imported([...lines, ...lines])).error).toMatchObject({
      message: 'line 6: it follows the last line of the export',
    });
    expect((await imported(lines.slice(1))).error).toMatchObject({
      message: 'line 1: the first line of an export, and only that one, says what was exported',
    });
  });
});
