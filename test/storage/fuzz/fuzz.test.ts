import { expect, it } from 'vitest';
import { AllocationMeter } from './allocation-meter.js';
import { emptyTally, fuzzFile, summaryOf } from './fuzz.js';

/** `npm run fuzz` runs more files. */
const FILES = 2000;
const SEED = 1;

it(`${FILES} mutated files end in success or a clear error`, async ({ annotate }) => {
  const tally = emptyTally();
  for (let index = 0; index < FILES; index++) {
    try {
      await fuzzFile(SEED, index, tally);
    } catch (cause) {
      throw new Error(`npm run fuzz -- --seed ${SEED} --only ${index}`, { cause });
    }
  }
  await annotate(summaryOf(tally));
  expect(tally.failedCleanly).toBeGreaterThan(FILES / 4);
  expect(tally.succeeded).toBeGreaterThan(FILES / 4);
});

it('measures allocations', () => {
  const meter = new AllocationMeter();
  const largest = (allocate: () => unknown) => {
    meter.start();
    try {
      allocate();
    } catch {
      // A failed allocation counts too.
    }
    meter.stop();
    return meter.maxBytes;
  };
  expect(largest(() => new Uint8Array(5000))).toBe(5000);
  expect(largest(() => new Uint32Array(5000))).toBe(20_000);
  expect(largest(() => Buffer.alloc(6000))).toBe(6000);
  expect(largest(() => Buffer.concat([new Uint8Array(10), new Uint8Array(20)]))).toBe(30);
  expect(largest(() => new Uint8Array(2 ** 53 - 1))).toBe(2 ** 53 - 1);
  expect(largest(() => new Uint8Array(7))).toBe(7);
});
