import { Failure } from '../../../../src/model/errors.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { connectionOptions } from '../../../support/grpc/options.js';
import { CALL } from './calls.js';
import { PlayingServer } from './playing-server.js';
import { type Family, type Script, scriptOf } from './script.js';

export interface Tally {
  answered: number;
  failedCleanly: number;
  timedOut: number;
  readonly cases: Partial<Record<Family, number>>;
}

export function emptyTally(): Tally {
  return { answered: 0, failedCleanly: 0, timedOut: 0, cases: {} };
}

export function summaryOf({ answered, failedCleanly, timedOut, cases }: Tally): string {
  const families = Object.entries(cases).map(([family, number]) => `${number} ${family}`);
  return `${families.join(', ')}; ${answered} calls succeeded, ${failedCleanly} failed cleanly, ${timedOut} at their deadline`;
}

/** The deadline of each call: enough for a response that is there, on a machine that is busy with the other cases. */
const TIMEOUT_MS = 150;
/** After the deadline, and for the end of the connections: much, because the machine may be busy with other things. */
const MARGIN_MS = 20_000;
/** What the calls in progress may have in arrays at any time. */
const MAX_ARRAY_BYTES = 320 * 2 ** 20;

/** What the message of a failed call looks like: etcdctl's. */
const MESSAGE =
  /^(?:context deadline exceeded$|etcdserver: |rpc error: code = (?:[A-Z][A-Za-z]+|Code\(\d+\)) desc = )/;

/** Words of the runtime and its libraries, which no user should see. */
export const FOREIGN_WORDS =
  /TypeError|RangeError|ERR_[A-Z]|nghttp2|NGHTTP2|Received RST_STREAM|internal client error|Cannot read|is not a function|\[object |^\s+at .*:\d+:\d+|undefined/m;

/**
 * Plays case `index` of a seed to a client. Rejects when its call ends neither with a response nor with an expected error, or not in time.
 */
export async function fuzzResponse(seed: number, index: number, lane: Lane): Promise<void> {
  await playScript(scriptOf(seed, index), lane);
}

export async function playScript(script: Script, { server, tally }: Lane): Promise<void> {
  tally.cases[script.family] = (tally.cases[script.family] ?? 0) + 1;
  server.play(script);
  const client = await connect(connectionOptions([server.endpoint], optionsOf(script)));
  try {
    await limited('the call does not end', () => count(tally, () => CALL[script.call](client, TIMEOUT_MS)));
  } finally {
    client.close();
  }
  const { arrayBuffers } = process.memoryUsage();
  if (arrayBuffers > MAX_ARRAY_BYTES) throw new Error(`${arrayBuffers} bytes are in arrays`);
  await limited('a connection stays open', () => untilIdle(server));
}

export interface Lane {
  /** Used by one case at a time. */
  readonly server: PlayingServer;
  readonly tally: Tally;
}

/** The default limit for responses would allow compressed ones to become 2 GiB. */
function optionsOf({ family }: Script) {
  return family === 'messages' ? { maxReceiveBytes: 4 * 2 ** 20 } : {};
}

async function count(tally: Tally, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    tally.answered++;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = [error.message, ...error.reasons].join('\n');
    if (!MESSAGE.test(error.message) || FOREIGN_WORDS.test(words)) {
      throw new Error(`an error in other words than etcdctl's: ${words}`, { cause: error });
    }
    if (error.message === 'context deadline exceeded') tally.timedOut++;
    else tally.failedCleanly++;
  }
}

async function limited(what: string, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} within ${TIMEOUT_MS + MARGIN_MS} ms`)),
      TIMEOUT_MS + MARGIN_MS,
    );
  });
  try {
    await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function untilIdle(server: PlayingServer): Promise<void> {
  for (let waitMs = 0; server.hasConnections; waitMs = Math.min(waitMs + 1, 20)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

export { PlayingServer };
