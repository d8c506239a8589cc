import { slicesOf } from '../model/key-values.js';
import { type ResponseHeader as Header, NO_HEADER } from '../model/messages/header.js';
import {
  AlarmResponse,
  AuthRoleGetResponse,
  AuthRoleListResponse,
  AuthStatusResponse,
  AuthUserAddResponse,
  AuthUserGetResponse,
  AuthUserListResponse,
  DeleteRangeResponse,
  DowngradeResponse,
  MemberAddResponse,
  MemberListResponse,
  MoveLeaderResponse,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  TxnResponse,
  WatchResponse,
} from '../wire/etcdserver.js';
import { renderBytes, renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import type { Renderers, Sink } from './printer.js';
import { renderRange } from './range-parts.js';

/** How many key-value pairs are encoded at a time. */
const SLICE_LENGTH = 256;

/** All responses that consist of their header have the same encoding. */
const renderHeader = encodedBy(AuthUserAddResponse);
/** So have the responses that consist of their header and the members. */
const renderMembers = encodedBy(MemberListResponse);

/**
 * The response as etcd encodes it, without a newline (ctlv3/command/printer_protobuf.go, 3.7.1). Long lists
 * are encoded in slices: the encodings of parts, in the order of the fields, make up the encoding of the whole. `rest`
 * of a response has the fields after the list, and those that a newer server sent and decoding kept.
 */
export const renderers: Renderers = {
  put: encodedBy(PutResponse),

  range: (result, sink) =>
    renderRange(result, sink, () => {
      const { header, ...rest } = result.response;
      const out = (part: Partial<RangeResponse>) =>
        sink.out(RangeResponse.encode({ kvs: [], more: false, count: 0n, ...part }).finish());
      return {
        begin: () => out({ header }),
        pairs: (kvs) => {
          for (const slice of slicesOf(kvs, SLICE_LENGTH)) out({ kvs: slice });
        },
        end: (more) => out({ ...rest, kvs: [], more }),
      };
    }),

  'delete-range': ({ response }, sink) => {
    const { header, deleted, prevKvs, ...rest } = response;
    sink.out(DeleteRangeResponse.encode({ header, deleted, prevKvs: [] }).finish());
    for (const slice of slicesOf(prevKvs, SLICE_LENGTH)) {
      sink.out(DeleteRangeResponse.encode({ deleted: 0n, prevKvs: slice }).finish());
    }
    sink.out(DeleteRangeResponse.encode({ ...rest, deleted: 0n, prevKvs: [] }).finish());
  },

  txn: encodedBy(TxnResponse),

  // The Go client keeps only these fields, and always makes a header.
  watch: ({ response }, sink) => {
    const { header = NO_HEADER, created, canceled, compactRevision, events } = response;
    const rest = { watchId: 0n, cancelReason: '', fragment: false };
    const message = { ...rest, header, created, canceled, compactRevision, events: [...events] };
    sink.out(WatchResponse.encode(message).finish());
  },

  'lease-grant': renderBareHeader,
  'lease-revoke': { unsupported: 'marshal unsupported for type *clientv3.LeaseRevokeResponse' },
  'lease-keep-alive': renderBareHeader,
  'lease-time-to-live': renderBareHeader,
  'lease-list': renderBareHeader,

  'member-add': encodedBy(MemberAddResponse),
  'member-remove': renderMembers,
  'member-update': renderMembers,
  'member-promote': renderMembers,
  'member-list': renderMembers,
  'endpoint-health': unsupported('protobuf'),
  'endpoint-health-states': unsupported('protobuf'),
  'endpoint-status-all': unsupported('protobuf'),
  'endpoint-status': unsupported('protobuf'),
  'endpoint-hashkv': unsupported('protobuf'),
  'defrag-rolling': unsupported('protobuf'),
  'alarm-recovery': unsupported('protobuf'),
  'member-replacement': unsupported('protobuf'),
  'local-restore': unsupported('protobuf'),
  'move-leader': encodedBy(MoveLeaderResponse),
  downgrade: encodedBy(DowngradeResponse),
  alarm: encodedBy(AlarmResponse),

  'auth-status': encodedBy(AuthStatusResponse),
  'user-add': renderHeader,
  'user-get': encodedBy(AuthUserGetResponse),
  'user-list': encodedBy(AuthUserListResponse),
  'user-delete': renderHeader,
  'user-change-password': renderHeader,
  'user-grant-role': renderHeader,
  'user-revoke-role': renderHeader,
  'role-add': renderHeader,
  'role-get': encodedBy(AuthRoleGetResponse),
  'role-list': encodedBy(AuthRoleListResponse),
  'role-delete': renderHeader,
  'role-grant-permission': renderHeader,
  'role-revoke-permission': renderHeader,

  'snapshot-status': unsupported('protobuf'),
  'snapshot-verified': unsupported('protobuf'),
  'snapshot-list': unsupported('protobuf'),
  'file-hashkv': unsupported('protobuf'),
  'file-hash': unsupported('protobuf'),
  'profile-list': unsupported('protobuf'),
  'program-version': unsupported('protobuf'),
  'bucket-list': unsupported('protobuf'),
  'doctor-report': unsupported('protobuf'),
  'store-use': unsupported('protobuf'),
  'store-diff': unsupported('protobuf'),
  'bucket-records': unsupported('protobuf'),
  'import-report': unsupported('protobuf'),
  'import-change': unsupported('protobuf'),
  'local-etcd': unsupported('protobuf'),
  'snapshot-saved': renderSnapshotSaved,
  'decoded-values': unsupported('protobuf'),
  'decoded-events': unsupported('protobuf'),
  text: renderText,
  bytes: renderBytes,
};

/** A message as the model has it, read-only. The codecs' types are not, but `encode` changes nothing. */
type Read<Message> = Message extends Uint8Array
  ? Message
  : Message extends object
    ? { readonly [Field in keyof Message]: Read<Message[Field]> }
    : Message;

interface Encoder<Message> {
  encode(message: Message): { finish(): Uint8Array };
}

function encodedBy<Message>(codec: Encoder<Message>) {
  return ({ response }: { readonly response: Read<Message> }, sink: Sink): void =>
    sink.out(codec.encode(response as Message).finish());
}

/**
 * What etcdctl prints of the lease responses of the Go client: they embed the header and so pass for one
 * (client/v3/lease.go, 3.7.1).
 */
function renderBareHeader(
  { response }: { readonly response: { readonly header?: Header | undefined } },
  sink: Sink,
): void {
  sink.out(ResponseHeader.encode(response.header ?? NO_HEADER).finish());
}
