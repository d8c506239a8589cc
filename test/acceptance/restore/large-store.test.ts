import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { SeededRandom } from '../../storage/support/random.js';
import { ask } from '../../support/lab/gateway.js';
import { type Lab, references, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, programAt } from '../../support/lab/program.js';
import { hashesOf, mustSucceed, restoring } from '../../support/lab/restored.js';

const SMALL_KEYS = 50_000;
const KEYS_PER_REQUEST = 5000;
const LARGE_VALUES = [40_000, 4096, 100_000, 1_000_000, 300_000, 1];

/** Writes values of 0 to 150 bytes, then large ones, under keys in random order, so that all parts of the B+ tree grow. */
async function fill(lab: Lab): Promise<void> {
  const random = new SeededRandom(7);
  for (let first = 0; first < SMALL_KEYS; first += KEYS_PER_REQUEST) {
    const success = Array.from({ length: KEYS_PER_REQUEST }, (_, index) => {
      const number = ((first + index) * 7919) % SMALL_KEYS;
      const group = ['even', 'odd'][number % 2];
      const value = random.bytes(random.below(150));
      return { requestPut: { key: base64(`/${group}/${number}`), value: base64(value) } };
    });
    await ask(lab, 'kv/txn', { success });
  }
  for (const [index, length] of LARGE_VALUES.entries()) {
    await ask(lab, 'kv/put', { key: base64(`/large/${index}`), value: base64(random.bytes(length)) });
  }
}

function base64(contents: string | Uint8Array): string {
  return Buffer.from(contents).toString('base64');
}

async function removePrefix(lab: Lab, prefix: string): Promise<void> {
  await lab.real(['del', '--prefix', prefix]);
}

async function compact(lab: Lab): Promise<void> {
  const { stdout } = await lab.real(['get', 'none', '-w', 'json']);
  const [, revision = ''] = /"revision":(\d+)/.exec(stdout.toString()) ?? [];
  await lab.real(['compaction', '--physical', revision]);
}

/** Makes the server read and write pages in all parts of the file, so that an invalid page is found. */
async function changeStore(lab: Lab): Promise<void> {
  await lab.real(['defrag']);
  await lab.real(['put', '/odd/7', 'changed']);
  await removePrefix(lab, '/odd/1');
  await compact(lab);
  await lab.cluster.restart(0);
  for (let index = 0; index < 12; index++) await lab.real(['put', `/new/${index}`, 'x'.repeat(500)]);
  await removePrefix(lab, '/odd/2');
  await removePrefix(lab, '/odd/4');
  await compact(lab);
  await lab.real(['defrag']);
  await lab.cluster.restart(0);
  await lab.real(['put', 'last', 'value']);
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  `a snapshot of ${SMALL_KEYS} keys, etcd $version`,
  ({ reference, version }) => {
    let source: Lab;
    let snapshot = '';
    beforeAll(async () => {
      source = await startLab({ reference, extraArgs: [`--max-txn-ops=${KEYS_PER_REQUEST}`] });
      await fill(source);
      await removePrefix(source, '/even/');
      await compact(source);
      await source.real(['put', '/odd/5', 'again']);
      snapshot = path.join(source.folder, 'snapshot.db');
      await mustSucceed(ourEtcdctl(), [...source.flags(), 'snapshot', 'save', snapshot]);
    });
    afterAll(() => source?.stop());
    const real = programAt(reference.etcdutl ?? reference.etcdctl);

    it('has the same status as in the real program', async () => {
      const ours = compareVersions(version, '3.6.0') < 0 ? ourEtcdctl() : ourEtcdutl();
      const status = ['snapshot', 'status', snapshot, '-w', 'json'];
      expect(await mustSucceed(ours, status)).toBe(await mustSucceed(real, status));
      const { hash } = JSON.parse(await mustSucceed(ourEtcdutl(), ['hashkv', snapshot, '-w', 'json'])) as {
        readonly hash: number;
      };
      expect((await hashesOf(source)).map((served) => served.hash)).toEqual([hash]);
    });

    it('has the same contents after further changes, restored by us and by the real program', async () => {
      const hashes: unknown[] = [];
      for (const program of [ourEtcdutl(), real]) {
        const lab = await startLab({
          reference,
          prepare: restoring({ snapshot, by: () => program }),
          extraArgs: ['--snapshot-count=5'],
          serverEnv: { ETCD_VERIFY: 'all' },
        });
        try {
          await changeStore(lab);
          const saved = path.join(lab.folder, 'saved.db');
          await mustSucceed(ourEtcdctl(), [...lab.flags(), 'snapshot', 'save', saved]);
          await mustSucceed(ourEtcdutl(), ['snapshot', 'verify', saved]);
          const [served] = await hashesOf(lab);
          hashes.push(served?.hash);
        } finally {
          await lab.stop();
        }
      }
      expect(hashes[0]).toBe(hashes[1]);
      expect(hashes[0]).toBeTypeOf('number');
    });
  },
);
