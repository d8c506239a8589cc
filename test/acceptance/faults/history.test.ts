import { afterEach, describe, expect, it } from 'vitest';
import { historyOf, measureHistory, NOTHING_WRONG } from '../../support/lab/fault-history.js';
import { faults } from '../../support/lab/faults.js';
import { newestEtcdctl } from '../../support/lab/lab.js';
import { ourEtcdctl, type Program } from '../../support/lab/program.js';
import { type ProxiedLab, startProxiedLab } from '../../support/lab/proxied-lab.js';

/** Seconds: short, so that most connections need a new login. */
const TOKEN_TTL = 3;

let network: ProxiedLab | undefined;
afterEach(() => network?.stop());

async function record(program: Program, isEtcdctl: boolean) {
  network = await startProxiedLab({ tokenTtlSeconds: TOKEN_TTL });
  return historyOf({ program, isEtcdctl, network, faults });
}

const isExecutable = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';
const ours = isExecutable ? 'our executable' : 'our npm package';

describe('puts in a loop and a watch, through failures of the network and of members', () => {
  it('lose, miss and repeat nothing', { timeout: 600_000 }, async ({ task }) => {
    const { counts, wrong, notices } = await measureHistory(ours, task.meta, () =>
      record(ourEtcdctl(), false),
    );
    expect(counts, [...wrong, notices].join('\n')).toEqual({ faults: faults.length, ...NOTHING_WRONG });
    // The failures reached the watch: otherwise the counts would say nothing.
    expect(notices.match(/^resumed the watch/gm)?.length).toBeGreaterThan(faults.length / 2);
    expect(network?.endedStreams).toBeGreaterThan(20);
  });

  // Only counted, for comparison; once in a run of both builds.
  it.skipIf(isExecutable)('of the real etcdctl are counted', { timeout: 600_000 }, async ({ task }) => {
    const { counts } = await measureHistory('etcdctl', task.meta, () => record(newestEtcdctl(), true));
    expect(counts.faults).toBe(faults.length);
  });
});
