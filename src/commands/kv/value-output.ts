import type { CommandContext } from '../../cli/context.js';
import { quoteGo } from '../../go/quote.js';
import type { DecodedValue, DecodingName } from '../../model/decoded-value.js';
import { CommandError, UsageError } from '../../model/errors.js';
import type { KeyValues } from '../../model/key-values.js';
import type { KeyValue, ReceivedRange } from '../../model/messages/kv.js';
import { type Event, EventType, type WatchResponse } from '../../model/messages/watch.js';
import type { DecodedEvent, DecodedKey, Result, ResultOf } from '../../model/results.js';
import { decodeValue } from '../../values/decode-value.js';

/**
 * Writes the value of the only key of a range as it is.
 * @throws CommandError without a key: an empty file would look like an empty value
 * @throws UsageError with several keys: nothing would tell where a value ends
 */
export async function emitRawValue(range: RangeOfKeys, context: CommandContext): Promise<void> {
  const [kv, second] = await firstTwo(range);
  if (kv === undefined) throw new CommandError('there is no such key');
  if (second !== undefined) {
    throw new UsageError('--raw writes one value, and the range has several keys', 'arguments', {
      reasons: ['name one key, or choose one with --limit=1, --sort-by and --order'],
    });
  }
  await context.emit({ kind: 'bytes', bytes: kv.value });
}

type RangeOfKeys = Pick<ResultOf<'range'>, 'response' | 'rest'>;

async function firstTwo(range: RangeOfKeys): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  for await (const { kvs } of pagesOf(range)) {
    for (const kv of kvs) if (found.push(kv) > 1) return found;
  }
  return found;
}

/** How a range is shown with decoded values. */
interface DecodedView {
  readonly decoding: DecodingName;
  readonly valuesOnly: boolean;
}

/**
 * Prints the keys of a range page by page, with what is in their values.
 * @throws CommandError at the end when values are damaged
 */
export async function emitDecodedRange(
  range: RangeOfKeys,
  { decoding, valuesOnly }: DecodedView,
  context: CommandContext,
): Promise<void> {
  const decoder = new KeyDecoder(decoding, context);
  let keys = 0;
  for await (const { kvs } of pagesOf(range)) {
    keys += kvs.length;
    await context.emit({ kind: 'decoded-values', keys: decoder.decodeAll(kvs), valuesOnly });
  }
  const { damaged } = decoder;
  if (damaged === 0) return;
  throw new CommandError(
    `${damaged} of ${keys} ${keys === 1 ? 'value' : 'values'} could not be decoded completely`,
  );
}

async function* pagesOf({ response, rest }: RangeOfKeys): AsyncGenerator<Pick<ReceivedRange, 'kvs'>> {
  yield response;
  if (rest !== undefined) yield* rest;
}

/** What is printed for a response of a watch: its events, or the progress that a response without events tells. */
export function decodedResult({ events, header }: WatchResponse, decoder: KeyDecoder): Result {
  const progress = { type: 'progress', revision: header?.revision ?? 0n } as const;
  return {
    kind: 'decoded-events',
    events: events.length === 0 ? [progress] : decodedEvents(events, decoder),
  };
}

function* decodedEvents(events: Iterable<Event>, decoder: KeyDecoder): Generator<DecodedEvent> {
  for (const event of events) yield decodedEvent(event, decoder);
}

function decodedEvent({ type, kv, prevKv }: Event, decoder: KeyDecoder): DecodedEvent {
  const isDeletion = type === EventType.delete;
  const previous = prevKv && decoder.decode(prevKv);
  const key = kv === undefined || isDeletion ? { kv: kv ?? NO_KEY } : decoder.decode(kv);
  return { type: isDeletion ? 'delete' : 'put', key, ...(previous && { previous }) };
}

const NO_KEY: DecodedKey['kv'] = {
  key: new Uint8Array(0),
  createRevision: 0n,
  modRevision: 0n,
  version: 0n,
  lease: 0n,
};

/** More different sentences than this are not told: values that are not what they seem have many. */
const MAX_TOLD = 100;

/** Decodes values, and tells on stderr what is wrong or not known about them. */
export class KeyDecoder {
  /** How many values had problems. */
  damaged = 0;
  readonly #decoding: DecodingName;
  readonly #notices: CommandContext['notices'];
  readonly #told = new Set<string>();

  constructor(decoding: DecodingName, { notices }: Pick<CommandContext, 'notices'>) {
    this.#decoding = decoding;
    this.#notices = notices;
  }

  /** Each is decoded when it is asked for: a page of decoded values can be several times as large. */
  *decodeAll(kvs: KeyValues): Generator<DecodedKey> {
    for (const kv of kvs) yield this.decode(kv);
  }

  decode(kv: KeyValue): DecodedKey {
    const value = decodeValue(kv.value, this.#decoding);
    if (value.problems.length > 0) this.damaged++;
    for (const { offset, message } of value.problems) {
      this.#notices.line(`${quoteGo(kv.key)}: at byte ${offset} of the value: ${message}`);
    }
    if (value.encoding === 'kubernetes') this.#tellUnknown(kv, value);
    return { kv, value };
  }

  /** A kind of objects has the same unknown fields in each: they are told once. */
  #tellUnknown(kv: KeyValue, { object, unknownFields, isUnknownKind }: KubernetesValue): void {
    const kind = object instanceof Map ? `${object.get('apiVersion')} ${object.get('kind')}` : '';
    if (isUnknownKind) {
      this.#tellOnce(`the fields of ${kind} are not known: only its metadata is shown`, kv);
    } else {
      for (const { number, path } of unknownFields) {
        const place = path === '' ? kind : `${path.replace(/\[\d+\]/g, '')} of ${kind}`;
        this.#tellOnce(`field ${number} of ${place} is not known: it is left out`, kv);
      }
    }
  }

  #tellOnce(sentence: string, { key }: KeyValue): void {
    if (this.#told.has(sentence) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(sentence);
    this.#notices.line(`${sentence}, in ${quoteGo(key)} and wherever else it is`);
  }
}

type KubernetesValue = DecodedValue & { readonly encoding: 'kubernetes' };
