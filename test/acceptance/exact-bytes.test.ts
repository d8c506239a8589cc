import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/transport/grpc/connect.js';
import { RangeResponse } from '../../src/wire/etcdserver.js';
import { connectionOptions } from '../support/grpc/options.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, programAt, run } from '../support/lab/program.js';

const PAIRS = 1000;
/** Bytes that break programs which treat keys as text. */
const AWKWARD = [
  Buffer.of(0),
  Buffer.of(0x0a),
  Buffer.of(0xff, 0xfe),
  Buffer.of(0xc3),
  Buffer.from('\ufffd'),
  Buffer.from([0xed, 0xa0, 0x80]),
];

interface Pair {
  readonly key: Buffer;
  readonly value: Buffer;
}

function randomPair(index: number): Pair {
  const awkward = AWKWARD[index % AWKWARD.length] ?? Buffer.alloc(0);
  const number = Buffer.alloc(4);
  // Not 0: a key of NUL bytes only, which the command line cannot pass, would be an empty one there.
  number.writeUInt32BE(index + 1);
  const key = Buffer.concat([awkward, number, randomBytes(randomInt(0, 40))]);
  return { key, value: index % 10 === 0 ? Buffer.alloc(0) : randomBytes(randomInt(0, 300)) };
}

const hexPairs = (pairs: readonly { key: Uint8Array; value: Uint8Array }[]) =>
  pairs
    .map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`)
    .sort();

describe('the bytes of keys and values', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  const ours = (args: readonly string[]) => run(ourEtcdctl(), [...lab.flags(), ...args]);

  it(`are the same when read back: ${PAIRS} random pairs`, async () => {
    const pairs = Array.from({ length: PAIRS }, (_, index) => randomPair(index));
    const client = await connect(connectionOptions(lab.cluster.endpoints));
    try {
      for (const pair of pairs) await client.kv.put(pair);
    } finally {
      client.close();
    }
    const asProtobuf = await ours(['get', '', '--prefix', '-w', 'protobuf']);
    expect(hexPairs(RangeResponse.decode(asProtobuf.stdout).kvs)).toEqual(hexPairs(pairs));

    const asJson = JSON.parse((await ours(['get', '', '--prefix', '-w', 'json'])).stdout.toString());
    const fromBase64 = (kvs: readonly { key: string; value?: string }[]) =>
      kvs.map(({ key, value = '' }) => ({
        key: Buffer.from(key, 'base64'),
        value: Buffer.from(value, 'base64'),
      }));
    expect(hexPairs(fromBase64(asJson.kvs))).toEqual(hexPairs(pairs));

    const sorted = pairs.toSorted((a, b) => Buffer.compare(a.key, b.key));
    const newline = Buffer.from('\n');
    const asLines = await ours(['get', '', '--prefix']);
    const expected = Buffer.concat(sorted.flatMap(({ key, value }) => [key, newline, value, newline]));
    expect(asLines.stdout.equals(expected)).toBe(true);
    await ours(['del', '', '--prefix']);
  });

  it('are passed on from the command line unchanged', async () => {
    for (let index = 0; index < 25; index++) {
      const { key, value } = randomPair(index);
      const bytes = Buffer.from(key.filter((byte) => byte !== 0));
      // A shell script passes arguments that are not UTF-8, which Node.js cannot.
      const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
      const { command, leadingArgs } = ourEtcdctl();
      const script = `key=$(printf '${octal}.'); key=\${key%.}; exec "$@" -- "$key"`;
      const line = [command, ...leadingArgs, ...lab.flags(), 'put'];
      const put = await run(programAt('/bin/sh'), ['-c', script, 'sh', ...line], {
        stdin: value.length > 0 ? value : 'x',
      });
      expect(put.code, put.stderr.toString()).toBe(0);
      const get = await run(lab.newestEtcdctl, [...lab.flags(), 'get', '', '--prefix', '-w', 'json']);
      const { kvs } = JSON.parse(get.stdout.toString());
      expect(kvs.map((kv: { key: string }) => Buffer.from(kv.key, 'base64').toString('hex'))).toEqual([
        bytes.toString('hex'),
      ]);
      await ours(['del', '', '--prefix']);
    }
  });
});
