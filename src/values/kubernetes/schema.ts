import { KINDS, MESSAGES } from './generated/schema.js';

/**
 * The messages of Kubernetes' API, from a table with a line for each:
 *
 *     ConfigMap 1=metadata:ObjectMeta 2?data:{s 3?binaryData:{x 4?immutable:b
 *
 * A field is its number, when its JSON is left out, its JSON name and its type. `>` stands for the JSON name where the fields of a message
 * are written among those around them. Identical messages of several versions are in the table once.
 */

/**
 * Go's JSON leaves a field out:
 * - `?` when it is absent
 * - `~` when it has the zero value of its type
 * - `=` never: it is written with its zero value
 * - `-` never: it is `null` when it is absent
 */
export type Presence = '?' | '~' | '=' | '-';

/** Types that are no messages: by the letters of the table. */
const SCALARS = {
  s: 'text',
  b: 'flag',
  i: 'integer',
  x: 'bytes',
  t: 'time',
  m: 'micro-time',
  q: 'quantity',
  o: 'integer-or-text',
  j: 'json',
  l: 'text-list',
} as const;
export type ScalarType = (typeof SCALARS)[keyof typeof SCALARS];

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'message'; readonly message: MessageType }
  | { readonly kind: 'list' | 'map'; readonly item: FieldType };

export interface MessageField {
  /** Its place among the fields of its message. */
  readonly index: number;
  readonly number: number;
  /** Empty: the fields of this message are written among those around it. */
  readonly json: string;
  readonly presence: Presence;
  readonly type: FieldType;
}

export interface MessageType {
  /** In the order of their JSON names, as kubectl prints them. */
  readonly fields: readonly MessageField[];
  /** Whether the fields of another message are written among these. */
  readonly hasInline: boolean;
  readonly byNumber: ReadonlyMap<number, MessageField>;
}

/** The schema of a kind that is stored as protobuf; `undefined` when it is not known. */
export function messageOfKind(apiVersion: string, kind: string): MessageType | undefined {
  const line = lineOf(KINDS, apiVersion) ?? '';
  const from = ` ${line}`.indexOf(` ${kind}:`);
  if (from < 0) return undefined;
  const [name = ''] = line.slice(from + kind.length + 1).split(' ', 1);
  return messageNamed(name);
}

/** The part that all stored objects have: metadata. */
export function metadataOnly(): MessageType {
  return messageFrom('1=metadata:ObjectMeta');
}

/** Those that were parsed. */
const messages = new Map<string, MessageType>();

function messageNamed(name: string): MessageType {
  const known = messages.get(name);
  if (known !== undefined) return known;
  const message = messageFrom(lineOf(MESSAGES, name) ?? '');
  messages.set(name, message);
  return message;
}

/** The rest of the line that begins with this word. Only the lines that are needed are parsed. */
function lineOf(table: string, word: string): string | undefined {
  const start = table.indexOf(`\n${word} `);
  if (start < 0) return undefined;
  const from = start + word.length + 2;
  return table.slice(from, table.indexOf('\n', from));
}

function messageFrom(line: string): MessageType {
  const fields = line
    .split(' ')
    .filter((text) => text !== '')
    .map(fieldFrom)
    .sort((a, b) => (a.json < b.json ? -1 : 1))
    .map((field, index) => ({ ...field, index }));
  return {
    fields,
    hasInline: fields.some(({ json }) => json === ''),
    byNumber: new Map(fields.map((field) => [field.number, field])),
  };
}

function fieldFrom(text: string): Omit<MessageField, 'index'> {
  const [, number = '', presence = '', json = '', type = ''] =
    /^(\d+)([?~=>-])(?:(.*):)?(.*)$/.exec(text) ?? [];
  return {
    number: Number(number),
    json,
    presence: presence === '>' ? '=' : (presence as Presence),
    type: typeFrom(type),
  };
}

function typeFrom(text: string): FieldType {
  if (text.startsWith('[')) return { kind: 'list', item: typeFrom(text.slice(1)) };
  if (text.startsWith('{')) return { kind: 'map', item: typeFrom(text.slice(1)) };
  if (Object.hasOwn(SCALARS, text)) return { kind: 'scalar', scalar: SCALARS[text as keyof typeof SCALARS] };
  return {
    kind: 'message',
    // Parsed when a value has the field.
    get message() {
      return messageNamed(text);
    },
  };
}
