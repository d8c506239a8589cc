import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../support/lab/gateway.js';
import { type Lab, type LabOptions, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type RunOptions, run } from '../support/lab/program.js';
import { Dice } from '../support/lab/random/dice.js';
import { TamperingProxy } from '../support/lab/tampering-proxy.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function lab(options: LabOptions = {}): Promise<Lab> {
  const started = await startLab(options);
  open.push(() => started.stop());
  return started;
}

const ours = (servers: Lab, args: readonly string[], options?: RunOptions) =>
  run(ourEtcdctl(), [...servers.flags(), ...args], { timeoutMs: 60_000, ...options });

const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64');

interface GatewayKey {
  readonly key: string;
  readonly value?: string;
  readonly lease?: string;
}

/** All keys of a cluster, as the gateway has them. */
async function keysOf(servers: Lab): Promise<readonly GatewayKey[]> {
  const { kvs = [] } = (await ask(servers, 'kv/range', { key: base64('\0'), range_end: base64('\0') })) as {
    kvs?: readonly GatewayKey[];
  };
  return kvs;
}

const pairs = (kvs: readonly GatewayKey[]) => kvs.map(({ key, value = '' }) => ({ key, value }));

async function exported(servers: Lab, args: readonly string[] = []): Promise<Buffer> {
  const { code, stdout, stderr } = await ours(servers, ['export', ...args]);
  expect(stderr.toString()).toBe('');
  expect(code).toBe(0);
  return stdout;
}

const records = (file: Buffer): Record<string, unknown>[] =>
  file
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Bytes of all kinds: text, escapes, bytes that are not UTF-8, nothing. */
function randomBytes(dice: Dice, maxLength: number): Buffer {
  const length = dice.below(maxLength + 1);
  if (dice.chance(0.4)) return Buffer.from(Array.from({ length }, () => dice.below(256)));
  const signs = ['a', '"', '\\', '\n', '\0', 'é', '\u2028', '😀', '\ufeff', '\ufffd', '{', '<'];
  return Buffer.from(Array.from({ length }, () => dice.pick(signs)).join(''));
}

describe('export and import', () => {
  it('copy random bytes exactly', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    const dice = new Dice(3);
    for (let batch = 0; batch < 8; batch++) {
      const keys = new Map(
        Array.from({ length: 100 }, () => {
          const key = Buffer.concat([Buffer.of(dice.below(256)), randomBytes(dice, 12)]);
          return [base64(key), base64(randomBytes(dice, 40))];
        }),
      );
      const success = [...keys].map(([key, value]) => ({ requestPut: { key, value } }));
      await ask(source, 'kv/txn', { success });
    }
    const file = await exported(source);
    const { code, stdout } = await ours(destination, ['import'], { stdin: file });
    const kvs = await keysOf(source);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: `${kvs.length} keys written\n` });
    expect(pairs(await keysOf(destination))).toEqual(pairs(kvs));
    expect(kvs.length).toBeGreaterThan(500);
  });

  it('are lines of JSON with revisions, at one revision, with a checksum at the end', async () => {
    const servers = await lab();
    await servers.real(['put', 'a', 'one']);
    await servers.real(['put', 'b', 'two']);
    await servers.real(['put', 'a', 'three']);
    const file = await exported(servers, ['--rev=3']);
    const [header, ...rest] = records(file);
    const { header: status } = (await ask(servers, 'maintenance/status', {})) as {
      header: { cluster_id: string };
    };
    expect(header).toMatchObject({
      kind: 'etcdctl-export',
      schema: 1,
      clusterId: BigInt(status.cluster_id).toString(16),
      revision: 3,
      range: { key: '\0', rangeEnd: '\0' },
    });
    const lastLine = file.toString().lastIndexOf('\n', file.length - 2) + 1;
    expect(rest).toEqual([
      { key: 'a', value: 'one', createRevision: 2, modRevision: 2, version: 1 },
      { key: 'b', value: 'two', createRevision: 3, modRevision: 3, version: 1 },
      { end: { keys: 2, sha256: createHash('sha256').update(file.subarray(0, lastLine)).digest('hex') } },
    ]);
    expect(records(await exported(servers, ['a'])).slice(1, -1)).toMatchObject([{ key: 'a', version: 2 }]);
    expect(records(await exported(servers, ['b', '--from-key'])).slice(1, -1)).toMatchObject([{ key: 'b' }]);
  });

  it('renew leases, drop them or skip their keys', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    const grant = (await ask(source, 'lease/grant', { TTL: 500 })) as { ID: string };
    for (const key of ['leased/1', 'leased/2']) {
      await ask(source, 'kv/put', { key: base64(key), value: base64('v'), lease: grant.ID });
    }
    await source.real(['put', 'plain', 'v']);
    const file = await exported(source);
    const id = BigInt(grant.ID).toString(16);
    expect(records(file).slice(1, 3)).toEqual([
      { lease: id, grantedTtl: 500, ttl: expect.any(Number) },
      expect.objectContaining({ key: 'leased/1', lease: id }),
    ]);
    const results: string[] = [];
    const leases: string[][] = [];
    for (const policy of ['grant', 'drop', 'skip']) {
      await destination.real(['del', '', '--prefix']);
      const { stdout } = await ours(destination, ['import', `--leases=${policy}`], { stdin: file });
      results.push(stdout.toString());
      leases.push((await keysOf(destination)).map(({ lease = '0' }) => lease));
    }
    expect(results).toEqual([
      '3 keys written\n2 keys with a lease in the export; 1 new lease granted\n',
      '3 keys written\n2 keys with a lease in the export; 0 new leases granted\n',
      '1 key written\n2 keys with a lease in the export; 0 new leases granted\n2 keys of the export left out\n',
    ]);
    const [[first = '0', second, plain] = [], dropped, skipped] = leases;
    expect([first === second, plain, dropped, skipped]).toEqual([true, '0', ['0', '0', '0'], ['0']]);
    const left = (await ask(destination, 'lease/timetolive', { ID: first })) as { grantedTTL: string };
    expect(left.grantedTTL ?? 'gone').not.toBe('0');
  });

  it('rename a prefix, and leave other keys out', async () => {
    const servers = await lab();
    for (const key of ['app/1', 'app/2', 'apq']) await servers.real(['put', key, key]);
    const file = await exported(servers);
    const into = async (...args: string[]) => {
      const { stdout } = await ours(servers, ['import', ...args], { stdin: file });
      return stdout.toString();
    };
    const left = '2 keys written\n1 key of the export left out\n';
    expect(await into('--prefix=app/', '--dest-prefix=copy/')).toBe(left);
    expect(await into('--prefix=app/', '--no-dest-prefix')).toBe(left);
    const { stdout } = await servers.real(['get', '', '--prefix', '--keys-only']);
    expect(stdout.toString().split('\n').filter(Boolean)).toEqual([
      ...['1', '2', 'app/1', 'app/2', 'apq', 'copy/1', 'copy/2'],
    ]);
  });

  it('say with --dry-run what would change, and write nothing', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    for (const key of ['a', 'b', 'c']) await source.real(['put', key, 'new']);
    await destination.real(['put', 'b', 'old']);
    await destination.real(['put', 'c', 'new']);
    const file = path.join(source.folder, 'export');
    writeFileSync(file, await exported(source));
    const before = await keysOf(destination);
    const plain = await ours(destination, ['import', file, '--dry-run', '--changes']);
    expect(plain.stdout.toString()).toBe(
      'new a\nchanged b\n3 keys would be written: 1 new, 1 changed, 1 unchanged\n',
    );
    const json = await ours(destination, ['import', file, '--dry-run', '-w', 'json']);
    expect(JSON.parse(json.stdout.toString())).toMatchObject({
      dryRun: true,
      changes: { new: 1, changed: 1, unchanged: 1 },
    });
    expect(await keysOf(destination)).toEqual(before);
  });

  it('refuse an export that was cut off or changed, before anything is written from a file', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    for (const key of ['a', 'b', 'c']) await source.real(['put', key, 'v']);
    const whole = await exported(source);
    const lines = whole.toString().split('\n');
    const file = path.join(source.folder, 'export');
    const messageOf = async (content: string | Buffer, ...args: string[]) => {
      writeFileSync(file, content);
      const { code, stderr } = await ours(destination, ['import', file, ...args]);
      return `${code} ${/^Error: (.*)$/m.exec(stderr.toString())?.[1]}`;
    };
    const incomplete = '3 the export is incomplete: its last line is missing';
    for (const length of [0, 1, 50, whole.length - 100, whole.length - 2]) {
      expect(await messageOf(whole.subarray(0, length))).toBe(incomplete);
    }
    expect(await messageOf(whole.toString().replace('"b"', '"x"'))).toBe(
      '3 the export was changed: its checksum differs',
    );
    expect(await keysOf(destination)).toEqual([]);
    expect(await messageOf(`${lines.slice(1, 3).join('\n')}\n`, '--unchecked')).toBe('0 undefined');
    expect(pairs(await keysOf(destination)).length).toBe(2);
    expect(await messageOf('{"key":"a","value":"v"}\n{"key":"b"}\n', '--unchecked')).toBe(
      '3 line 2: it needs either "value" or "valueBase64"',
    );
    const streamed = await ours(destination, ['import'], { stdin: lines.slice(0, 3).join('\n') });
    expect(streamed.code).toBe(3);
    expect(streamed.stderr.toString()).toContain('no key is certainly written; to go on');
  });

  it('name the line of random damage, or find no damage, and never fail otherwise', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    for (const key of ['a', 'b', 'c', 'd']) await source.real(['put', key, 'some "text"']);
    const whole = await exported(source);
    const dice = new Dice(5);
    for (let round = 0; round < 25; round++) {
      const damaged = Buffer.from(whole);
      const at = dice.below(damaged.length);
      if (dice.chance(0.5)) damaged[at] = dice.below(256);
      else damaged.copy(damaged, at, dice.below(damaged.length));
      const isChecked = dice.chance(0.5);
      const { code, stderr } = await ours(destination, ['import', ...(isChecked ? [] : ['--unchecked'])], {
        stdin: damaged,
      });
      const text = stderr.toString();
      if (isChecked && !damaged.equals(whole))
        expect(text).toMatch(/^Error: (line \d+: |the export (is|was) )/m);
      expect(text).not.toContain('internal error');
      expect([0, 3]).toContain(code);
    }
  });

  it('write the last of several lines with the same key', async () => {
    const servers = await lab();
    const line = (key: string, value: number) => `{"key":"${key}","value":"${value}"}\n`;
    const stdin = Array.from({ length: 1000 }, (_, index) => line(`k${index % 7}`, index)).join('');
    const { code } = await ours(servers, ['import', '--unchecked'], { stdin });
    expect(code).toBe(0);
    const values = pairs(await keysOf(servers)).map(({ value }) =>
      Number(Buffer.from(value, 'base64').toString()),
    );
    expect(values.sort()).toEqual([993, 994, 995, 996, 997, 998, 999]);
  });

  it('say how far an import came when the server goes away, and can be run again', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    await fill(source, 6_000);
    const file = path.join(source.folder, 'export');
    writeFileSync(file, await exported(source));
    // Passes on the first answers only, so that the import does not end before the server.
    const port = Number(new URL(destination.cluster.endpoints[0] ?? '').port);
    const proxy = await TamperingProxy.start(port, (chunk, sent) => (sent > 2_000 ? 'stall' : chunk));
    open.push(() => proxy.close());
    const line = [`--endpoints=127.0.0.1:${proxy.port}`, 'import', file, '--command-timeout=2s'];
    const failed = run(ourEtcdctl(), line, { timeoutMs: 60_000 });
    while ((await keysOf(destination)).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await destination.cluster.kill(0);
    const { code, stderr } = await failed;
    expect(code).toBe(1);
    expect(stderr.toString()).toMatch(
      /(keys are written, all of the file up to line \d+|no key is certainly written); to go on, run/,
    );
    await destination.cluster.restart(0);
    const again = await ours(destination, ['import', file]);
    expect(again.stdout.toString()).toBe('6000 keys written\n');
    expect(pairs(await keysOf(destination))).toEqual(pairs(await keysOf(source)));
  });

  it('end with the reason when the revision of an export is compacted meanwhile', async () => {
    const servers = await lab();
    for (let index = 0; index < 5; index++) await fill(servers, 1);
    await servers.real(['compact', '5']);
    const { code, stdout, stderr } = await ours(servers, ['export', '--rev=4']);
    expect(code).toBe(1);
    expect(stdout.toString()).toBe('');
    expect(stderr.toString()).toContain('Error: etcdserver: mvcc: required revision has been compacted');
  });

  it('bound the length of a line', async () => {
    const servers = await lab();
    const file = path.join(servers.folder, 'endless');
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    await pipeline(Readable.from(Array.from({ length: 34 }, () => chunk)), createWriteStream(file));
    const { code, stderr } = await ours(servers, ['import', '--unchecked', file]);
    expect(code).toBe(3);
    expect(stderr.toString()).toContain('Error: line 1: it is longer than 33554432 bytes');
    expect(readFileSync(file).length).toBe(34 * 1024 * 1024);
  });
});

async function fill(servers: Lab, count: number): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const success = Array.from({ length: Math.min(100, count - from) }, (_, index) => ({
      requestPut: {
        key: base64(`k${String(from + index).padStart(6, '0')}`),
        value: base64('v'.repeat(400)),
      },
    }));
    await ask(servers, 'kv/txn', { success });
  }
}
