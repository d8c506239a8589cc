import { describe, expect, it } from 'vitest';
import { requestProgressWhileIdle } from '../../../src/client/watch/idle-progress.js';
import type { Watch } from '../../../src/client/watch/watch-keys.js';

interface Run {
  readonly version?: string;
  /** The minutes in which an event moves the position. */
  readonly events?: readonly number[];
}

/** Runs for five minutes, with a server that answers requests. Returns in which minutes progress was requested. */
async function requests({ version = '3.7.1', events = [] }: Run = {}): Promise<number[]> {
  const controller = new AbortController();
  const asked: number[] = [];
  let minute = 0;
  let position = { revision: 5n, delivered: 0 };
  const move = () => {
    position = { revision: position.revision + 1n, delivered: 0 };
  };
  const watch = {
    get position() {
      return position;
    },
    requestProgress: () => asked.push(minute),
  } as unknown as Watch;
  await requestProgressWhileIdle(watch, {
    maintenance: { status: async () => ({ version }) as never },
    signal: controller.signal,
    async sleep(ms) {
      expect(ms).toBe(60_000);
      if (asked.at(-1) === minute) move();
      if (events.includes(++minute)) move();
      if (minute === 5) controller.abort();
    },
  });
  return asked;
}

describe('the progress of a watch', () => {
  it('is requested each minute, also when the answer to the last request has moved the position', async () => {
    expect(await requests()).toEqual([1, 2, 3, 4]);
  });

  it('is not requested before a minute without events', async () => {
    expect(await requests({ events: [1, 2] })).toEqual([3, 4]);
  });

  it.each([
    ['3.4.24', false],
    ['3.4.25', true],
    ['3.5.7', false],
    ['3.5.8', true],
    ['3.6.0-rc.1', true],
    ['3.7.1', true],
    ['4.0.0', true],
    ['3.3.27', false],
    ['not set', false],
  ])('is requested from a server %s, if that orders it among the events: %s', async (version, expected) => {
    expect(await requests({ version })).toEqual(expected ? [1, 2, 3, 4] : []);
  });
});
