import type { KeyValue, ReceivedRange } from '../model/messages/kv.js';
import { ByteWriter, writeTo } from './byte-writer.js';
import { renderBytes, renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import { jsonString } from './go-json.js';
import { idHex } from './id.js';
import { KEY_VALUE, MEMBER_ADD, MEMBERS, RANGE } from './message-schemas.js';
import type { PrinterOptions, Renderers, Sink } from './printer.js';
import { type RangeParts, renderRange } from './range-parts.js';
import { renderersBy } from './result-schemas.js';
import { type Choice, type Field, type IdKind, pick, type Schema, type Type } from './schema.js';

/**
 * One line of JSON as Go's encoding/json writes it: no spaces, `<`, `>` and `&` escaped for HTML, bytes in base64,
 * 64-bit numbers as digits. Written piece by piece: JSON.stringify refuses bigint, and the result may be longer than the
 * longest string. `--hex` changes the answers about members only (ctlv3/command/printer_json.go, 3.7.1). With `--ids=string`, ids and
 * revisions are text.
 */
export const renderers: Renderers = {
  ...renderersBy(({ type, value }, sink, { textIds }) =>
    writeLine(sink, { textIds }, (json) => json.value(type, value)),
  ),
  range: (result, sink, options) =>
    renderRange(result, sink, (writer) => rangeParts(writer, result.response, options)),
  'member-add': renderMembers(MEMBER_ADD),
  'member-remove': renderMembers(MEMBERS),
  'member-update': renderMembers(MEMBERS),
  'member-promote': renderMembers(MEMBERS),
  'member-list': renderMembers(MEMBERS),
  'doctor-report': async ({ report }, sink, { textIds }) => {
    const { DOCTOR_REPORT } = await import('./doctor-schema.js');
    writeLine(sink, { textIds }, (json) => json.message(DOCTOR_REPORT, report));
  },
  'store-use': async ({ use }, sink, { textIds }) => {
    const { STORE_USE, shownUse } = await import('./store-schemas.js');
    writeLine(sink, { textIds }, (json) => json.message(STORE_USE, shownUse(use)));
  },
  'store-diff': async ({ diff }, sink, { textIds }) => {
    const { DIFF_SUMMARY, KEY_DIFFERENCE, shownSides } = await import('./store-schemas.js');
    const writer = new ByteWriter(sink);
    const json = new JsonWriter(writer, { textIds });
    json.members(DIFF_SUMMARY, { ...diff, ...shownSides(diff) }, '{');
    writer.ascii(',"differences":[');
    let separator = '';
    for await (const part of diff.differences) {
      for (const difference of part) {
        writer.ascii(separator);
        json.message(KEY_DIFFERENCE, difference);
        separator = ',';
      }
      writer.flush();
      await sink.flush?.();
    }
    writer.ascii(']}').newline().flush();
  },
  'bucket-records': unsupported('json'),
  'snapshot-saved': renderSnapshotSaved,
  'decoded-values': async (result, sink, { textIds }) =>
    (await import('./decoded.js')).renderJsonValues(result, sink, { textIds }),
  'decoded-events': async (result, sink, { textIds }) =>
    (await import('./decoded.js')).renderJsonEvents(result, sink, { textIds }),
  text: renderText,
  bytes: renderBytes,
};

interface IdFormat {
  /** Ids of members and clusters are text of hexadecimal digits. */
  readonly hexIds?: boolean;
  /** Ids and revisions are text of decimal digits. */
  readonly textIds?: boolean | undefined;
}

function writeLine(sink: Sink, format: IdFormat, work: (json: JsonWriter) => void): void {
  writeTo(sink, (writer) => {
    work(new JsonWriter(writer, format));
    writer.newline();
  });
}

/** With `--hex`, ids are strings of hexadecimal digits, and no field of the outermost object is left out. */
function renderMembers<Message>(schema: Schema<Message>) {
  const complete = { fields: schema.fields.map((field) => ({ ...field, omits: 'nothing' as const })) };
  return ({ response }: { readonly response: Message }, sink: Sink, { hex, textIds }: PrinterOptions): void =>
    writeLine(sink, { hexIds: hex, textIds }, (json) => json.message(hex ? complete : schema, response));
}

/** A range can arrive in pages, so the object is written in parts: before, in and after the list of keys. */
function rangeParts(
  writer: ByteWriter,
  response: ReceivedRange,
  { textIds }: Pick<PrinterOptions, 'textIds'>,
): RangeParts {
  const json = new JsonWriter(writer, { textIds });
  let separator = '{';
  let isListOpen = false;
  return {
    begin() {
      separator = json.members(pick(RANGE, 'header'), response, separator);
    },
    pairs(kvs) {
      for (const kv of kvs) {
        if (isListOpen) writer.ascii(',');
        else writer.ascii(separator).ascii('"kvs":[');
        isListOpen = true;
        json.message(KEY_VALUE, kv);
      }
    },
    end(more) {
      if (isListOpen) writer.ascii(']');
      json.close(
        json.members(pick(RANGE, 'more', 'count'), { ...response, more }, isListOpen ? ',' : separator),
      );
      writer.newline();
    },
  };
}

/** Writes values in the format `json`. The type of a value is not checked here: the compiler checks schemas against messages. */
class JsonWriter {
  readonly #writer: ByteWriter;
  readonly #hexIds: boolean;
  readonly #textIds: boolean;

  constructor(writer: ByteWriter, { hexIds = false, textIds = false }: IdFormat) {
    this.#writer = writer;
    this.#hexIds = hexIds;
    this.#textIds = textIds;
  }

  value(type: Type, value: unknown): void {
    switch (type.kind) {
      case 'bytes':
        this.#writer
          .ascii('"')
          .base64(value as Uint8Array)
          .ascii('"');
        break;
      case 'text':
      case 'bare-text':
        this.#writer.text(jsonString(value as string));
        break;
      case 'id':
      case 'lease-id':
      case 'revision':
        this.#id(type.kind, value as bigint);
        break;
      case 'list':
        this.#list(type, value as Iterable<unknown>);
        break;
      case 'message':
      case 'embedded':
        if (value === undefined) this.#writer.ascii('null');
        else this.message(type.schema, value);
        break;
      case 'one-of':
        this.#choice(type.cases(), value as Choice | undefined);
        break;
      default:
        this.#writer.ascii(String(value));
    }
  }

  message(schema: Schema, message: unknown): void {
    if (schema === KEY_VALUE && !this.#textIds) this.#keyValue(message as KeyValue);
    else this.close(this.members(schema, message, '{'));
  }

  /** Writes members; `separator` goes before the first. Returns the separator for the member that follows. */
  members({ fields }: Schema, message: unknown, separator: string): string {
    let next = separator;
    for (const field of fields) {
      const { type, json, name } = field;
      const value = (message as Readonly<Record<string, unknown>>)[name];
      if (type.kind === 'embedded') {
        if (value !== undefined) next = this.members(type.schema, value, next);
      } else if (!this.#leavesOut(field, value)) {
        this.#writer.ascii(next).ascii('"').ascii(json).ascii('":');
        this.value(type, value);
        next = ',';
      }
    }
    return next;
  }

  close(separator: string): void {
    this.#writer.ascii(separator === '{' ? '{}' : '}');
  }

  #id(kind: IdKind, value: bigint): void {
    if (this.#hexIds && kind === 'id') this.#writer.ascii(`"${idHex(value)}"`);
    else if (this.#textIds) this.#writer.ascii(`"${value}"`);
    else this.#writer.decimal(value);
  }

  /**
   * The same output as walking the schema `KEY_VALUE`, by hand and in few pieces because that is faster for large ranges
   * (docs/architecture.md).
   */
  #keyValue({ key, createRevision, modRevision, version, value, lease }: KeyValue): void {
    const writer = this.#writer;
    /** Is written before the next bytes. Each member ends with a comma. */
    let text = '{';
    if (key.length > 0) {
      writer.ascii('{"key":"').base64(key);
      text = '",';
    }
    if (createRevision !== 0n) text += `"create_revision":${createRevision},`;
    if (modRevision !== 0n) text += `"mod_revision":${modRevision},`;
    if (version !== 0n) text += `"version":${version},`;
    if (value.length > 0) {
      writer.ascii(`${text}"value":"`).base64(value);
      text = '",';
    }
    if (lease !== 0n) text += `"lease":${lease},`;
    writer.ascii(text === '{' ? '{}' : `${text.slice(0, -1)}}`);
  }

  /** With `--hex` an id is a text, and never an empty one. */
  #leavesOut({ type, omits }: Field, value: unknown): boolean {
    if (this.#hexIds && type.kind === 'id') return false;
    return (omits === 'empty' && isEmpty(value)) || (omits === 'absent' && value === undefined);
  }

  #list({ item, whenEmpty }: Extract<Type, { kind: 'list' }>, values: Iterable<unknown>): void {
    let separator = '[';
    for (const value of values) {
      this.#writer.ascii(separator);
      separator = ',';
      this.value(item, value);
    }
    this.#writer.ascii(separator === '[' ? whenEmpty : ']');
  }

  #choice(cases: Readonly<Record<string, Field>>, choice: Choice | undefined): void {
    const field = choice && cases[choice.$case];
    if (field === undefined) this.#writer.ascii('{}');
    else {
      this.#writer.ascii('{"').ascii(field.json).ascii('":');
      this.value(field.type, choice?.value);
      this.#writer.ascii('}');
    }
  }
}

function isEmpty(value: unknown): boolean {
  switch (typeof value) {
    case 'bigint':
      return value === 0n;
    case 'object':
      return (value as { readonly length?: number }).length === 0;
    default:
      return !value;
  }
}
