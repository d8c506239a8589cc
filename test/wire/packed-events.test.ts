import { describe, expect, it } from 'vitest';
import { Event, WatchDefinition, WatchResponse } from '../../src/wire/etcdserver.js';

const { decode } = WatchDefinition.methods.watch.responseType;

const events = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    Event.fromPartial({
      type: index % 2,
      kv: {
        key: Buffer.from(`k${index}`),
        modRevision: BigInt(index),
        value: Buffer.alloc(1 + (index % 299)),
      },
      ...(index % 3 === 0 && { prevKv: { key: Buffer.from(`k${index}`), value: Buffer.from('before') } }),
    }),
  );

const encoded = (count: number) =>
  Buffer.from(
    WatchResponse.encode(
      WatchResponse.fromPartial({ header: { revision: 9n }, watchId: 3n, events: events(count) }),
    ).finish(),
  );

describe('a received watch response', () => {
  it.each([0, 1, 255, 300])('with %i events has all that was sent', (count) => {
    const { events: received, ...others } = decode(encoded(count));
    expect([...received]).toEqual(events(count));
    expect([...received]).toEqual(events(count));
    expect(received.length).toBe(count);
    expect(others).toMatchObject({ header: { revision: 9n }, watchId: 3n, created: false, fragment: false });
  });

  it.each([2, 300])('with %i events is rejected when the last one is damaged', (count) => {
    for (const prevKv of [false, true]) {
      const bytes = encoded(count + (prevKv ? 1 : 0));
      // The length of the last value.
      const valueAt = bytes.lastIndexOf(prevKv ? Buffer.from('\x2a\x06before') : Buffer.from([0x2a])) + 1;
      bytes[valueAt] = 0xff;
      expect(() => decode(bytes)).toThrow();
    }
  });

  it('keeps many events encoded, and gives the last one and those from a place on', () => {
    const { events: received } = decode(encoded(300));
    expect(Array.isArray(received)).toBe(false);
    expect(received.at(-1)).toEqual(events(300).at(-1));
    expect(received.slice(0)).toBe(received);
    expect([...received.slice(7)]).toEqual(events(300).slice(7));
  });
});
