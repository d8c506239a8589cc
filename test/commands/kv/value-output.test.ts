import { describe, expect, it } from 'vitest';
import { type GetOptions, registerGet, runGet, toRangeRequest } from '../../../src/commands/v3/get.js';
import { registerWatch, runWatch, type WatchOptions } from '../../../src/commands/v3/watch.js';
import type { KeyValue } from '../../../src/model/messages/kv.js';
import type { DecodedEvent, DecodedKey, ResultOf } from '../../../src/model/results.js';
import type { OutputFormat } from '../../../src/printers/printer.js';
import { type FakeContextSettings, fakeContext } from '../../support/fake-context.js';
import { FakeKv } from '../../support/fake-kv.js';
import { enveloped, field, storedObject } from '../../support/kubernetes-values.js';
import { parseCommand } from '../../support/parse-command.js';
import { putEvent, scriptedWatch, watchResponse } from '../../support/scripted-watch.js';

const options = (...argv: string[]) => parseCommand(registerGet, ['get', ...argv]) as GetOptions;

const keyValue = (key: string, value: Uint8Array | string): KeyValue => ({
  key: Buffer.from(key),
  value: Buffer.from(value),
  createRevision: 2n,
  modRevision: 3n,
  version: 1n,
  lease: 0n,
});

interface Store {
  readonly kvs: readonly KeyValue[];
  readonly format?: OutputFormat;
}

/** A context that takes all keys and events of a result when it is printed, as printers do. */
function printingContext(settings: FakeContextSettings) {
  const { context, ...fake } = fakeContext(settings);
  const printed: (DecodedKey | DecodedEvent)[] = [];
  const emit: typeof context.emit = async (result) => {
    if (result.kind === 'decoded-values') printed.push(...result.keys);
    if (result.kind === 'decoded-events') printed.push(...result.events);
    await context.emit(result);
  };
  return { ...fake, context: { ...context, emit }, printed };
}

/** Runs `get` on these keys. */
async function got({ kvs, format = 'simple' }: Store, ...argv: string[]) {
  const service = await new FakeKv({ kvs }).reader.unbounded();
  const fake = printingContext({ format, connect: () => ({ kv: service }) });
  const error = await runGet(options(...argv), fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, error };
}

describe('--raw and --decode on a command line', () => {
  it.each([
    [['k', '--raw', '--decode'], '`--decode` and `--raw` cannot be set at the same time, choose one'],
    [['k', '--raw', '--keys-only'], '`--raw` and `--keys-only` cannot be set at the same time, choose one'],
    [
      ['k', '--decode', '--keys-only'],
      '`--decode` and `--keys-only` cannot be set at the same time, choose one',
    ],
    [
      ['k', '--decode', '--count-only'],
      '`--decode` and `--count-only` cannot be set at the same time, choose one',
    ],
    [['k', '--decode', 'kubernetes'], '--decode kubernetes is a flag and a bound of a range'],
    [['--decode', 'hex', 'k'], '--decode hex is a flag and a bound of a range'],
  ])('%j is rejected', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it('are told from the arguments of the command of a watch', () => {
    const watch = (...argv: string[]) => parseCommand(registerWatch, ['watch', ...argv]);
    expect(() => watch('--decode', 'hex', 'k', '--', 'cmd')).toThrow(
      '--decode hex is a flag and a bound of a range',
    );
    expect(watch('k', '--decode', '--', 'cmd', 'hex')).toMatchObject({ decoding: 'auto' });
  });

  it('can stand beside a key that is named like a decoding', () => {
    expect(options('hex', '--decode').valueForm).toEqual({ kind: 'decoded', decoding: 'auto' });
  });

  it('an unknown decoding is rejected', () => {
    expect(() => options('k', '--decode=xml')).toThrow(
      expect.objectContaining({ message: 'unknown decoding xml', kind: 'choice' }),
    );
  });

  it.each([
    [['k'], undefined],
    [['k', '--decode'], { kind: 'decoded', decoding: 'auto' }],
    [['k', 'm', '--decode=kubernetes'], { kind: 'decoded', decoding: 'kubernetes' }],
    [['k', '--raw', '--print-value-only'], { kind: 'raw' }],
  ])('%j is accepted', (argv, valueForm) => {
    expect(options(...argv).valueForm).toEqual(valueForm);
  });
});

describe('get --raw', () => {
  it('emits the bytes of the value as they came', async () => {
    const kv = keyValue('k', Buffer.alloc(1_000_000, 7));
    const { emitted, error } = await got({ kvs: [kv] }, 'k', '--raw');
    expect(error).toBeUndefined();
    expect(emitted).toHaveLength(1);
    expect((emitted[0] as ResultOf<'bytes'>).bytes).toBe(kv.value);
  });

  it('asks for two keys at most, of which the second is one too many', async () => {
    expect(toRangeRequest(options('k', '--prefix', '--raw')).limit).toBe(2n);
    expect(toRangeRequest(options('k', '--prefix', '--raw', '--limit=1')).limit).toBe(1n);
    const kvs = [keyValue('k1', 'a'), keyValue('k2', 'b')];
    const several = await got({ kvs }, 'k', '--prefix', '--raw');
    expect(several.emitted).toEqual([]);
    expect(several.error).toMatchObject({ name: 'UsageError', kind: 'arguments' });
    const first = await got({ kvs }, 'k', '--prefix', '--raw', '--limit=1');
    expect(first.emitted).toEqual([{ kind: 'bytes', bytes: kvs[0]?.value }]);
  });

  it('finds the only key that passes the filters on a later page', async () => {
    const kvs = Array.from({ length: 50 }, (_, index) => keyValue(`k${100 + index}`, String(index)));
    const last = { ...keyValue('k200', 'last'), modRevision: 9n };
    const { emitted } = await got({ kvs: [...kvs, last] }, 'k', '--prefix', '--raw', '--min-mod-rev=9');
    expect(emitted).toEqual([{ kind: 'bytes', bytes: last.value }]);
  });

  it('fails without a key', async () => {
    const { emitted, error } = await got({ kvs: [] }, 'k', '--raw');
    expect(emitted).toEqual([]);
    expect(error).toMatchObject({ name: 'CommandError', message: 'there is no such key' });
  });

  it('is for the format simple only', async () => {
    const { error } = await got({ kvs: [], format: 'json' }, 'k', '--raw');
    expect(error).toMatchObject({ message: '--raw is only for `--write-out=simple`', kind: 'arguments' });
  });
});

describe('get --decode', () => {
  it('emits the keys with what is in their values, in all formats also without their names', async () => {
    const kvs = [keyValue('k1', '{"a":1}'), keyValue('k2', 'text')];
    const { emitted, printed, error, lines } = await got(
      { kvs, format: 'yaml' },
      'k',
      '--prefix',
      '--decode',
      '--print-value-only',
    );
    expect(emitted).toMatchObject([{ kind: 'decoded-values', valuesOnly: true }]);
    expect(printed).toMatchObject([
      { kv: kvs[0], value: { encoding: 'json' } },
      { kv: kvs[1], value: { encoding: 'text' } },
    ]);
    expect([error, lines]).toEqual([undefined, []]);
  });

  it('emits every key of a range in pages', async () => {
    const kvs = Array.from({ length: 50 }, (_, index) => keyValue(`k${100 + index}`, String(index)));
    const { emitted, printed } = await got({ kvs }, 'k', '--prefix', '--decode');
    expect(emitted.length).toBeGreaterThan(1);
    expect(printed.map((each) => (each as DecodedKey).kv)).toEqual(kvs);
  });

  it('shows damaged values, says what is wrong, and fails at the end', async () => {
    const damaged = storedObject('v1 Pod').value.subarray(0, 100);
    const kvs = [keyValue('k1', damaged), keyValue('k2', 'text')];
    const { printed, error, lines } = await got({ kvs }, 'k', '--prefix', '--decode');
    expect(printed).toHaveLength(2);
    expect(lines).toEqual([expect.stringMatching(/^"k1": at byte \d+ of the value: metadata.*has only/)]);
    expect(error).toMatchObject({
      name: 'CommandError',
      message: '1 of 2 values could not be decoded completely',
    });
  });

  it('tells fields and kinds that it does not know once, and succeeds', async () => {
    const pod = enveloped('v1', 'Pod', field(2, field(99, 'x')));
    const thing = enveloped('example.com/v1', 'Thing', field(2, 'x'));
    const kvs = [pod, pod, thing, thing].map((value, index) => keyValue(`k${index}`, value));
    const { error, lines } = await got({ kvs }, 'k', '--prefix', '--decode');
    expect(error).toBeUndefined();
    expect(lines).toEqual([
      'field 99 of spec of v1 Pod is not known: it is left out, in "k0" and wherever else it is',
      'the fields of example.com/v1 Thing are not known: only its metadata is shown, in "k2" and wherever else it is',
    ]);
  });
});

describe('watch --decode', () => {
  it('emits each event and the progress, decoded', async () => {
    const put = { ...putEvent(5, 'k', '{"a":1}'), prevKv: keyValue('k', 'old') };
    const deletion = { type: 1, kv: keyValue('k', ''), prevKv: keyValue('k', '[]') };
    const { service, created } = scriptedWatch([
      [
        watchResponse({ created: true }),
        watchResponse({ revision: 6, events: [put, deletion] }),
        watchResponse({ revision: 9 }),
        watchResponse({ canceled: true }),
      ],
    ]);
    const { context, printed } = printingContext({ format: 'json', connect: () => ({ watch: service }) });
    const watchOptions = parseCommand(registerWatch, ['watch', 'k', '--decode', '--prev-kv']) as WatchOptions;
    await expect(runWatch(watchOptions, context)).rejects.toMatchObject({ name: 'InterruptedError' });
    expect(created).toEqual([expect.objectContaining({ fragment: false })]);
    expect(printed).toMatchObject([
      {
        type: 'put',
        key: { value: { encoding: 'json' } },
        previous: { value: { encoding: 'text' } },
      },
      { type: 'delete', previous: { value: { encoding: 'json' } } },
      { type: 'progress', revision: 9n },
    ]);
    expect(printed[1]).toMatchObject({ key: expect.not.objectContaining({ value: expect.anything() }) });
  });
});
