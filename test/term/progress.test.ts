import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { describeCount, describe as describeProgress, startProgress } from '../../src/term/progress.js';

describe('progress', () => {
  it.each([
    [120_000_000, 1_300_000_000, 500_000_000n, '120 MB of 1.3 GB (9%), 240 MB/s'],
    [9, undefined, 1_000_000_000n, '9 B, 9 B/s'],
    [2_200_000, 2_200_000, 2_000_000_000n, '2.2 MB, 1.1 MB/s'],
  ])('says %d of %s after %s ns', (done, total, elapsed, text) => {
    expect(describeProgress(done, total, elapsed)).toBe(text);
  });

  it.each([
    [4320, 10_000, 5_000_000_000n, '4320 of 10000 (43%), 864/s'],
    [12, undefined, 2_000_000_000n, '12, 6/s'],
  ])('counts %d of %s after %s ns', (done, total, elapsed, text) => {
    expect(describeCount(done, total, elapsed)).toBe(text);
  });

  it('is silent off a terminal', async () => {
    const stderr = new PassThrough();
    const progress = await startProgress('Saving', { stderr: stderr as never, now: () => 0n });
    progress.update(1, 2);
    progress.stop();
    expect(stderr.read()).toBeNull();
  });
});
