import { textFromBytes } from '../go/bytes.js';
import { NO_HEADER } from '../model/messages/header.js';
import type { ResultKind, ResultOf } from '../model/results.js';
import * as messages from './message-schemas.js';
import type { PrinterOptions, Renderer, Renderers, Sink } from './printer.js';
import * as reports from './report-schemas.js';
import { list, nested, type Schema, type Type, text } from './schema.js';

/** The part of a result that formats show, and its type. */
interface Shown<Shape = never> {
  readonly type: Type;
  readonly select: (result: Shape) => unknown;
}

/** `range` is made of fields, but arrives in pages: `renderRange` (range-parts.ts) prints it. */
type Undescribed =
  | 'range'
  | 'doctor-report'
  | 'store-use'
  | 'store-diff'
  | 'bucket-records'
  | 'decoded-values'
  | 'decoded-events'
  | 'snapshot-saved'
  | 'text'
  | 'bytes';
type DescribedKind = Exclude<ResultKind, Undescribed>;

/** The kinds of results that are made of fields, except `range`. */
const SHOWN: { readonly [Kind in DescribedKind]: Shown<ResultOf<Kind>> } = {
  put: response(messages.PUT),
  'delete-range': response(messages.DELETE_RANGE),
  txn: response(messages.TXN),
  watch: shown(messages.WATCH, ({ response }) => ({
    ...response,
    header: response.header ?? NO_HEADER,
  })),

  'lease-grant': response(messages.LEASE_GRANT),
  'lease-revoke': response(messages.HEADER_ONLY),
  'lease-keep-alive': response(messages.LEASE_KEEP_ALIVE),
  'lease-time-to-live': response(messages.LEASE_TIME_TO_LIVE),
  'lease-list': response(messages.LEASE_LIST),

  'member-add': response(messages.MEMBER_ADD),
  'member-remove': response(messages.MEMBERS),
  'member-update': response(messages.MEMBERS),
  'member-promote': response(messages.MEMBERS),
  'member-list': response(messages.MEMBERS),
  'endpoint-health': endpoints(messages.ENDPOINT_HEALTH),
  'endpoint-health-states': endpoints(messages.ENDPOINT_HEALTH_STATE),
  'endpoint-status-all': endpoints(messages.ENDPOINT_STATUS_OR_FAILURE),
  'endpoint-status': endpoints(messages.ENDPOINT_STATUS),
  'endpoint-hashkv': endpoints(messages.ENDPOINT_HASH_KV),
  'defrag-rolling': shown(reports.ROLLING_DEFRAG, ({ report }) => report),
  'alarm-recovery': shown(reports.ALARM_RECOVERY, ({ report }) => report),
  'member-replacement': shown(reports.MEMBER_REPLACEMENT, ({ report }) => report),
  'local-restore': shown(reports.LOCAL_RESTORE, ({ report }) => report),
  'move-leader': response(messages.HEADER_ONLY),
  downgrade: response(messages.DOWNGRADE),
  alarm: response(messages.ALARM),

  'auth-status': response(messages.AUTH_STATUS),
  'user-add': response(messages.HEADER_ONLY),
  'user-get': response(messages.ROLES),
  'user-list': response(messages.USERS),
  'user-delete': response(messages.HEADER_ONLY),
  'user-change-password': response(messages.HEADER_ONLY),
  'user-grant-role': response(messages.HEADER_ONLY),
  'user-revoke-role': response(messages.HEADER_ONLY),
  'role-add': response(messages.HEADER_ONLY),
  'role-get': response(messages.ROLE),
  'role-list': response(messages.ROLES),
  'role-delete': response(messages.HEADER_ONLY),
  'role-grant-permission': response(messages.HEADER_ONLY),
  'role-revoke-permission': response(messages.HEADER_ONLY),

  'snapshot-status': shown(messages.SNAPSHOT_STATUS, ({ status }) => status),
  'snapshot-verified': shown(messages.SNAPSHOT_VERIFIED, ({ snapshot }) => snapshot),
  'snapshot-list': shown(messages.SNAPSHOT_LIST, (result) => result),
  'file-hashkv': shown(messages.FILE_HASH_KV, ({ hashKv }) => hashKv),
  'file-hash': shown(messages.FILE_HASH, (result) => result),
  'profile-list': shown(reports.PROFILES, (result) => result),
  'program-version': shown(reports.PROGRAM_VERSION, ({ program }) => program),
  'import-report': shown(reports.IMPORT_REPORT, ({ report }) => report),
  'import-change': shown(reports.IMPORT_CHANGE, (result) => result),
  'local-etcd': shown(reports.LOCAL_ETCD_SEARCH, ({ etcd, others }) => ({ ...etcd, others })),
  'bucket-list': { type: list(text(''), '[]').type, select: ({ names }) => names.map(textFromBytes) },
};

function shown<Message, Shape>(schema: Schema<Message>, select: (result: Shape) => Message): Shown<Shape> {
  return { type: { kind: 'message', schema }, select };
}

function response<Message>(schema: Schema<Message>): Shown<{ readonly response: Message }> {
  return shown(schema, ({ response }) => response);
}

function endpoints<Endpoint>(schema: Schema<Endpoint>): Shown<{ readonly endpoints: readonly Endpoint[] }> {
  return { type: list(nested('', '', schema)).type, select: ({ endpoints }) => endpoints };
}

/** The value is of the type: the compiler checked that where the schema was made. */
interface Typed {
  readonly type: Type;
  readonly value: unknown;
}

/** Renderers for all these kinds, made from one function that writes a value by its type. */
export function renderersBy(
  render: (shown: Typed, sink: Sink, options: PrinterOptions) => void,
): Pick<Renderers, DescribedKind> {
  const rendererOf = ({ type, select }: Shown): Renderer<never> => {
    return (result, sink, options) => render({ type, value: select(result) }, sink, options);
  };
  const entries = Object.entries<Shown>(SHOWN).map(([kind, shown]) => [kind, rendererOf(shown)]);
  return Object.fromEntries(entries) as Pick<Renderers, DescribedKind>;
}
