import { emptyTally, fuzzResponse, PlayingServer, summaryOf } from './fuzz.js';

/** The input of this process, from `scripts/fuzz.mjs`, as JSON in its first argument. */
interface Assignment {
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  /** How many cases are played at a time. */
  readonly lanes: number;
}

/** After this many cases, nothing is in progress for a moment, and the memory is measured. */
const GROUP_CASES = 2000;
/** What may be left after each group, in addition to what is left after the first. */
const MAX_GROWTH_BYTES = 24 * 2 ** 20;

const { seed, from, until, lanes } = JSON.parse(process.argv[2] ?? '') as Assignment;
const tally = emptyTally();
const servers = await Promise.all(Array.from({ length: lanes }, () => PlayingServer.start()));
let next = from;
let afterFirst: number | undefined;

while (next < until) {
  const end = Math.min(until, next + GROUP_CASES);
  await Promise.all(servers.map((server, lane) => playCases(server, lane, end)));
  await checkMemory();
}
for (const server of servers) server.close();
process.send?.({ summary: summaryOf(tally) });
process.disconnect?.();

async function playCases(server: PlayingServer, lane: number, end: number): Promise<void> {
  while (next < end) {
    const index = next++;
    process.send?.({ lane, index });
    try {
      await fuzzResponse(seed, index, { server, tally });
    } catch (cause) {
      throw new Error(`case ${index}`, { cause });
    }
    process.send?.({ lane });
  }
}

/** Collects garbage twice: native objects are freed a turn later. */
async function checkMemory(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  afterFirst ??= heapUsed + external;
  const growth = heapUsed + external - afterFirst;
  if (growth > MAX_GROWTH_BYTES)
    throw new Error(`${growth} bytes more are in use after ${next - from} cases`);
}
