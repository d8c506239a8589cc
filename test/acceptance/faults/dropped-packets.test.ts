/** As history.test.ts, with a network that drops packets; where root, network namespaces and nft are there. */
import { describe, expect, it } from 'vitest';
import { type History, historyOf, measureHistory, NOTHING_WRONG } from '../../support/lab/fault-history.js';
import type { Fault } from '../../support/lab/faults.js';
import { newestEtcdctl } from '../../support/lab/lab.js';
import { LossyNetwork, lossMissing } from '../../support/lab/lossy-network.js';
import { ourEtcdctl, type Program } from '../../support/lab/program.js';
import { startProxiedLab } from '../../support/lab/proxied-lab.js';

const faultsOf = (lossy: LossyNetwork): Fault[] => [
  { name: 'one packet of ten is dropped', durationMs: 6_000, begin: () => lossy.drop(10) },
  { name: 'one packet of three is dropped', durationMs: 6_000, begin: () => lossy.drop(33) },
  { name: 'all packets are dropped', durationMs: 4_000, begin: () => lossy.drop(100) },
];

async function record(program: Program, isEtcdctl: boolean): Promise<History> {
  const network = await startProxiedLab();
  const lossy = await LossyNetwork.start(network.proxies.map(({ port }) => port));
  const heal = () => {
    lossy.drop(0);
    return network.heal();
  };
  try {
    const history = await historyOf({
      program: lossy.inside(program),
      isEtcdctl,
      network: { ...network, heal },
      faults: faultsOf(lossy),
    });
    expect(lossy.dropped).toBeGreaterThan(100);
    return history;
  } finally {
    lossy.stop();
    await network.stop();
  }
}

const isExecutable = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';
const ours = isExecutable ? 'our executable' : 'our npm package';

describe.skipIf(lossMissing !== undefined)(`while packets are dropped ${lossMissing ?? ''}`, () => {
  it.concurrent('puts and a watch lose, miss and repeat nothing', { timeout: 240_000 }, async ({ task }) => {
    const name = `${ours}, dropped packets`;
    const { counts, wrong, notices } = await measureHistory(name, task.meta, () =>
      record(ourEtcdctl(), false),
    );
    expect(counts, [...wrong, notices].join('\n')).toEqual({ faults: 3, ...NOTHING_WRONG });
  });

  // Only counted, for comparison; once in a run of both builds.
  const testOfReal = isExecutable ? it.skip : it.concurrent;
  testOfReal('those of the real etcdctl are counted', { timeout: 240_000 }, async ({ task }) => {
    const name = 'etcdctl, dropped packets';
    const { counts } = await measureHistory(name, task.meta, () => record(newestEtcdctl(), true));
    expect(counts.faults).toBe(3);
  });
});
