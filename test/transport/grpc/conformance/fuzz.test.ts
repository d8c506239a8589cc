import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChannel } from '#channel';
import { openChannel as openFrameChannel } from '../../../../src/transport/grpc/frames/channel.js';
import { emptyTally, fuzzResponse, PlayingServer, playScript, summaryOf } from '../fuzz/fuzz.js';
import { CALLS } from '../fuzz/recordings.js';
import { unchangedScripts } from '../fuzz/script.js';

/** `npm run fuzz` plays more. */
const CASES = 300;
const SEED = 1;
const LANES = 12;

let servers: PlayingServer[];
beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: LANES }, () => PlayingServer.start()));
});
afterAll(() => {
  for (const server of servers) server.close();
});

/** Node.js itself can abort, with all tests: see `DEFECT_OF_NODE` in scripts/lib/fuzz-responses.mjs. */
const isGrpcJs = openChannel !== openFrameChannel;

test.skipIf(isGrpcJs)(
  `${CASES} mutated responses end in a response or a clear error`,
  async ({ annotate }) => {
    const tally = emptyTally();
    let next = 0;
    const playCases = async (server: PlayingServer) => {
      while (next < CASES) {
        const index = next++;
        try {
          await fuzzResponse(SEED, index, { server, tally });
        } catch (cause) {
          throw new Error(`npm run fuzz -- --seed ${SEED} --only frames:${index}`, { cause });
        }
      }
    };
    await Promise.all(servers.map(playCases));
    await annotate(summaryOf(tally));
    expect(tally.answered).toBeGreaterThan(CASES / 20);
    expect(tally.failedCleanly).toBeGreaterThan(CASES / 5);
  },
);

test('a response that is not changed is received', async () => {
  const tally = emptyTally();
  for (const script of unchangedScripts())
    await playScript(script, { server: servers[0] as PlayingServer, tally });
  // The recorded failure, and the watch, which waits for one response more than there is.
  expect(tally).toMatchObject({ answered: CALLS.length - 2, failedCleanly: 1, timedOut: 1 });
});
