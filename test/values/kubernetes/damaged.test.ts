import { describe, expect, it } from 'vitest';
import { decodeValue } from '../../../src/values/decode-value.js';
import { enveloped, field, storedObject, storedObjects } from '../../support/kubernetes-values.js';

function decoded(value: Uint8Array) {
  const result = decodeValue(value, 'auto');
  if (result.encoding !== 'kubernetes') throw new Error(`decoded as ${result.encoding}`);
  return { ...result, object: result.object as ReadonlyMap<string, unknown> };
}

const metadata = field(1, field(1, 'web'));

describe('a truncated object', () => {
  const { value } = storedObject('v1 Service');
  /** The object is field 2 of the envelope; two short fields follow. */
  const whole = value.length - 4;

  it('has one problem at every length, and gives what could be read', () => {
    const counts = new Map<number, number>();
    let named = 0;
    for (let length = 4; length < whole; length++) {
      const { problems, object } = decoded(value.subarray(0, length));
      counts.set(problems.length, (counts.get(problems.length) ?? 0) + 1);
      if (problems.some(({ offset }) => offset > length)) counts.set(-1, length);
      const found = object.get('metadata') as ReadonlyMap<string, unknown> | undefined;
      if (found?.get('name') === 'nameValue') named++;
    }
    expect([...counts.keys()]).toEqual([1]);
    expect(named).toBeGreaterThan(whole - 60);
  });

  it('names the innermost field that its end cuts off', () => {
    const labels = field(11, Buffer.concat([field(1, 'app'), field(2, 'web')]));
    expect(decoded(enveloped('v1', 'Pod', field(1, labels)).subarray(0, -2)).problems).toEqual([
      { offset: 27, message: 'metadata.labels: a field of 3 bytes has only 1' },
    ]);
  });

  it('without an object names its kind', () => {
    const { object, problems } = decoded(enveloped('v1', 'Pod').subarray(0, 15));
    expect(Object.fromEntries(object)).toEqual({ apiVersion: 'v1', kind: 'Pod' });
    expect(problems).toEqual([{ offset: 4, message: 'there is no object in it' }]);
  });
});

describe('an object with flipped bits', () => {
  it('is decoded without an exception, with at most ten problems', () => {
    const random = randomNumbers(1);
    for (const { value } of storedObjects('filled')) {
      for (let round = 0; round < 12; round++) {
        const damaged = Buffer.from(value);
        for (let flips = 0; flips <= round % 4; flips++) {
          const at = 4 + (random() % (damaged.length - 4));
          damaged[at] = (damaged[at] ?? 0) ^ (1 << (random() % 8));
        }
        expect(decoded(damaged).problems.length).toBeLessThanOrEqual(10);
      }
    }
  });
});

describe('a malformed field', () => {
  it.each([
    ['a text as a number', field(2, 7n), 'generateName: field 2 has wire type 0 instead of 2'],
    ['a wire type that is not used', Buffer.from([0x1b]), 'there is no wire type 3'],
    ['a field number of 0', Buffer.from([0x02, 0x00]), 'there is no such field number'],
    ['a number that has no end', Buffer.alloc(12, 0xff), 'a field number is too long'],
    ['a text that is not UTF-8', field(1, Buffer.from([0x61, 0xff])), 'name: the text is not UTF-8'],
    [
      'a time out of range',
      field(8, field(1, 1n << 60n)),
      `creationTimestamp: the time is out of range: ${1n << 60n} seconds`,
    ],
    [
      'JSON without an end',
      field(17, field(7, field(1, '{"a":'))),
      'managedFields[0].fieldsV1: the JSON in it is malformed: a value is missing',
    ],
  ])('is named with its place: %s', (_what, bytes, message) => {
    const [problem] = decoded(enveloped('v1', 'Pod', field(1, bytes))).problems;
    expect(problem?.message).toBe(
      message.startsWith('name') || /^[a-z]+[A-Z]/.test(message)
        ? `metadata.${message}`
        : `metadata: ${message}`,
    );
  });

  it('leaves the others', () => {
    const labels = field(11, Buffer.concat([field(1, 'app'), field(2, 'web')]));
    const object = decoded(enveloped('v1', 'Pod', field(1, Buffer.concat([field(3, 7n), labels])))).object;
    expect(object.get('metadata')).toEqual(new Map([['labels', new Map([['app', 'web']])]]));
  });
});

describe('what the schema does not have', () => {
  it('is told by its number, place, count and size', () => {
    const container = Buffer.concat([field(99, 'abc'), field(99, 'defg')]);
    const value = enveloped('v1', 'Pod', metadata, field(2, field(2, container)), field(77, 5n));
    expect(decoded(value)).toMatchObject({
      unknownFields: [
        { path: 'spec.containers[0]', number: 99, count: 2, sizeBytes: 7 },
        { path: '', number: 77, count: 1, sizeBytes: 1 },
      ],
      problems: [],
    });
  });

  it('gives the metadata of a kind that is not known', () => {
    const result = decoded(enveloped('example.com/v1', 'Thing', metadata, field(2, 'spec')));
    expect(result).toMatchObject({
      isUnknownKind: true,
      problems: [],
      unknownFields: [{ path: '', number: 2, count: 1, sizeBytes: 4 }],
    });
    expect(Object.fromEntries(result.object)).toEqual({
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: new Map([['name', 'web']]),
    });
  });

  it('is at most a hundred fields', () => {
    const many = Array.from({ length: 1000 }, (_, index) => field(100 + index, 'x'));
    expect(decoded(enveloped('v1', 'Pod', ...many)).unknownFields).toHaveLength(100);
  });

  it('includes contents of another form than protobuf', () => {
    const value = Buffer.concat([enveloped('v1', 'Pod', metadata), field(4, 'application/cbor')]);
    expect(decoded(value).problems).toEqual([
      { offset: 4, message: 'its contents are of another form: application/cbor' },
    ]);
  });
});

it('a small value does not take much memory', () => {
  const emptyContainers = Buffer.concat(Array.from({ length: 750_000 }, () => Buffer.from([0x12, 0x00])));
  const before = process.memoryUsage().heapUsed;
  const { object, problems } = decoded(enveloped('v1', 'Pod', field(2, emptyContainers)));
  expect(problems.map(({ message }) => message)).toEqual([
    'spec: there are too many fields: the rest is left out',
  ]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(300e6);
  expect(object.has('spec')).toBe(true);
});

/** Numbers that are the same in each run (a linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 8;
  };
}
