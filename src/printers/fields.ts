import { bytesFromText } from '../go/bytes.js';
import { needsNoEscape, quoteGo } from '../go/quote.js';
import { NO_HEADER, type ResponseHeader } from '../model/messages/header.js';
import type { ReceivedRange } from '../model/messages/kv.js';
import type { EndpointFailure, EndpointStatus } from '../model/results.js';
import { type ByteWriter, writeTo } from './byte-writer.js';
import { eventTypeName, permissionTypeName } from './enum-names.js';
import { renderBytes, renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import { idHex, leaseIdHex } from './id.js';
import {
  ALARM_MEMBER,
  ENDPOINT_HEALTH,
  ENDPOINT_HEALTH_STATE,
  HEADER,
  KEY_VALUE,
  MEMBER,
  RANGE,
} from './message-schemas.js';
import type { PrinterOptions, Renderers, Sink } from './printer.js';
import { type RangeParts, renderRange } from './range-parts.js';
import { renderersBy } from './result-schemas.js';
import { type Choice, type Field, pick, type Schema, type Type } from './schema.js';

const refused = unsupported('fields');

/**
 * Lines of `"Label" : value`, text quoted as Go quotes it (ctlv3/command/printer_fields.go and etcdutl/printer_fields.go,
 * 3.7.1). The kinds with code of their own have another order than JSON, or a line of another form.
 */
export const renderers: Renderers = {
  ...renderersBy(({ type, value }, sink, options) =>
    writeLines(sink, options, (lines) => lines.value(type, '', value)),
  ),
  range: (result, sink, options) =>
    renderRange(result, sink, (writer) => rangeParts(new FieldsWriter(writer, options), result.response)),

  watch: ({ response }, sink, options) =>
    writeLines(sink, options, (lines) => {
      lines.header(response.header);
      for (const { type, kv, prevKv } of response.events) {
        lines.line('Type', eventTypeName(type));
        lines.message(KEY_VALUE, 'Prev', prevKv);
        lines.message(KEY_VALUE, '', kv);
      }
    }),
  'endpoint-status': ({ endpoints }, sink, options) =>
    writeLines(sink, options, (lines) => {
      for (const status of endpoints) writeStatus(lines, status);
    }),
  'endpoint-status-all': ({ endpoints }, sink, options) =>
    writeLines(sink, options, (lines) => {
      for (const each of endpoints) {
        if ('response' in each) writeStatus(lines, each);
        else writeEndpointFailure(lines, each);
      }
    }),
  'endpoint-hashkv': ({ endpoints }, sink, options) =>
    writeLines(sink, options, (lines) => {
      for (const { endpoint, response } of endpoints) {
        lines.header(response.header);
        lines.quoted('Endpoint', endpoint);
        lines.line('Hash', response.hash);
        lines.line('HashRevision', response.hashRevision);
        lines.blank();
      }
    }),
  'role-get': ({ response }, sink, options) =>
    writeLines(sink, options, (lines) => {
      lines.header(response.header);
      for (const { permType, key, rangeEnd } of response.perm) {
        // etcdctl prints two spaces here.
        lines.line('PermType', ` ${permissionTypeName(permType)}`);
        lines.quoted('Key', key);
        lines.quoted('RangeEnd', rangeEnd);
      }
    }),
  'role-list': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      new FieldsWriter(writer, options).header(response.header);
      const roles = response.roles.map((role) => ` ${quoteGo(bytesFromText(role))}`);
      writer.text(`"Roles" :${roles.join('')}\n`);
    }),

  'member-add': refused,
  'member-remove': refused,
  'member-update': refused,
  'member-promote': refused,
  'defrag-rolling': refused,
  'alarm-recovery': refused,
  'member-replacement': refused,
  'local-restore': refused,
  'move-leader': refused,
  downgrade: refused,
  'auth-status': refused,
  'user-get': refused,
  'user-list': refused,
  'bucket-list': refused,
  'doctor-report': refused,
  'store-use': refused,
  'store-diff': refused,
  'bucket-records': refused,
  'local-etcd': refused,
  'snapshot-list': refused,
  'snapshot-saved': renderSnapshotSaved,
  'decoded-values': unsupported('fields'),
  'decoded-events': unsupported('fields'),
  text: renderText,
  bytes: renderBytes,
};

function writeLines(sink: Sink, options: PrinterOptions, work: (lines: FieldsWriter) => void): void {
  writeTo(sink, (writer) => work(new FieldsWriter(writer, options)));
}

/** A range can arrive in pages. */
function rangeParts(lines: FieldsWriter, response: ReceivedRange): RangeParts {
  return {
    begin: () => lines.header(response.header),
    pairs(kvs) {
      for (const kv of kvs) lines.message(KEY_VALUE, '', kv);
    },
    end: (more) => lines.message(pick(RANGE, 'more', 'count'), '', { ...response, more }),
  };
}

/** The leader's id is decimal even with `--hex`. */
function writeStatus(lines: FieldsWriter, { endpoint, response }: EndpointStatus): void {
  lines.header(response.header);
  lines.quoted('Version', response.version);
  lines.quoted('StorageVersion', response.storageVersion);
  lines.line('DBSize', response.dbSize);
  lines.line('DBSizeInUse', response.dbSizeInUse);
  lines.line('DBSizeQuota', response.dbSizeQuota);
  lines.line('Leader', response.leader);
  lines.line('IsLearner', response.isLearner);
  lines.line('RaftIndex', response.raftIndex);
  lines.line('RaftTerm', response.raftTerm);
  lines.line('RaftAppliedIndex', response.raftAppliedIndex);
  lines.bareText('Errors', `[${response.errors.join(' ')}]`);
  lines.quoted('Endpoint', endpoint);
  lines.quoted('DowngradeTargetVersion', response.downgradeInfo?.targetVersion ?? '');
  lines.line('DowngradeEnabled', response.downgradeInfo?.enabled ?? false);
  lines.blank();
}

function writeEndpointFailure(lines: FieldsWriter, { endpoint, error, reasons }: EndpointFailure): void {
  lines.quoted('Endpoint', endpoint);
  lines.quoted('Error', error);
  for (const reason of reasons) lines.quoted('Reason', reason);
  lines.blank();
}

const HEADER_WITHOUT_REVISION = pick(HEADER, 'clusterId', 'memberId', 'raftTerm');

/** Messages with an empty line after each. */
const PARAGRAPHS: ReadonlySet<Schema> = new Set([
  MEMBER,
  ENDPOINT_HEALTH,
  ENDPOINT_HEALTH_STATE,
  ALARM_MEMBER,
]);

/** Writes values in the format `fields`. The type of a value is not checked here: the compiler checks schemas against messages. */
class FieldsWriter {
  readonly #writer: ByteWriter;
  readonly #hex: boolean;

  constructor(writer: ByteWriter, { hex }: PrinterOptions) {
    this.#writer = writer;
    this.#hex = hex;
  }

  value(type: Type, label: string, value: unknown): void {
    switch (type.kind) {
      case 'bytes':
      case 'text':
        this.quoted(label, value as string | Uint8Array);
        break;
      case 'id':
        this.line(label, this.#hex ? idHex(value as bigint) : (value as bigint));
        break;
      case 'lease-id':
        this.line(label, this.#hex ? leaseIdHex(value as bigint) : (value as bigint));
        break;
      case 'enum':
        this.line(label, type.nameOf(value as number));
        break;
      case 'list':
        for (const item of value as Iterable<unknown>) this.value(type.item, label, item);
        break;
      case 'message':
      case 'embedded':
        this.message(type.schema, label, value);
        break;
      case 'one-of':
        this.#choice(type.cases(), value as Choice | undefined);
        break;
      case 'bare-text':
        if (value !== undefined) this.bareText(label, value as string);
        break;
      default:
        this.line(label, value as bigint | boolean | number);
    }
  }

  /** The prefix goes before each label. Writes nothing for an absent message. */
  message(schema: Schema, prefix: string, message: unknown): void {
    if (schema === HEADER) this.header(message as ResponseHeader | undefined);
    else if (message !== undefined) {
      this.#fields(schema, prefix, message);
      if (PARAGRAPHS.has(schema)) this.blank();
    }
  }

  /** An absent header prints as zeros; a revision of zero is left out. */
  header(header = NO_HEADER): void {
    this.#fields(header.revision > 0n ? HEADER : HEADER_WITHOUT_REVISION, '', header);
  }

  /** Text must be ASCII. */
  line(label: string, value: bigint | boolean | number | string): void {
    this.#start(label);
    this.#writer.ascii(String(value)).newline();
  }

  bareText(label: string, text: string): void {
    this.#start(label);
    this.#writer.bytes(bytesFromText(text)).newline();
  }

  quoted(label: string, value: string | Uint8Array): void {
    this.#start(label);
    const bytes = typeof value === 'string' ? bytesFromText(value) : value;
    if (needsNoEscape(bytes)) this.#writer.ascii('"').bytes(bytes).ascii('"').newline();
    else this.#writer.text(quoteGo(bytes)).newline();
  }

  blank(): void {
    this.#writer.newline();
  }

  /** No command asks for a transaction within a transaction; for one, etcdctl dumps the message. */
  #choice(cases: Readonly<Record<string, Field>>, choice: Choice | undefined): void {
    const field = choice && cases[choice.$case];
    if (field?.label === undefined) this.quoted('Unknown', '<nil>');
    else this.value(field.type, field.label, choice?.value);
  }

  #fields({ fields }: Schema, prefix: string, message: unknown): void {
    for (const { name, label, type } of fields) {
      const value = (message as Readonly<Record<string, unknown>>)[name];
      if (label !== undefined) this.value(type, prefix + label, value);
    }
  }

  #start(label: string): void {
    this.#writer.ascii('"').ascii(label).ascii('" : ');
  }
}
