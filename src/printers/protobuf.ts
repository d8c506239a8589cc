import type { KeyValue } from '../model/messages.js';
import { DeleteRangeResponse, PutResponse, RangeResponse } from '../wire/kv.js';
import { renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import type { Renderers } from './printer.js';

/** How many key-value pairs are encoded at a time. */
const SLICE_LENGTH = 256;

/**
 * The response as etcd encodes it, without a newline (ctlv3/command/printer_protobuf.go, 3.7.1). Long lists
 * go out in slices: encodings of parts, put end to end in field order, are the encoding of the whole. The
 * rest of a response holds, beside the fields after the list, those of newer servers that decoding kept.
 */
export const renderers: Renderers = {
  put: ({ response }, sink) => sink.out(PutResponse.encode(response).finish()),

  range: ({ response }, sink) => {
    const { header, kvs, ...rest } = response;
    sink.out(RangeResponse.encode({ header, kvs: [], more: false, count: 0n }).finish());
    for (const slice of slicesOf(kvs)) {
      sink.out(RangeResponse.encode({ kvs: slice, more: false, count: 0n }).finish());
    }
    sink.out(RangeResponse.encode({ ...rest, kvs: [] }).finish());
  },

  'delete-range': ({ response }, sink) => {
    const { header, deleted, prevKvs, ...rest } = response;
    sink.out(DeleteRangeResponse.encode({ header, deleted, prevKvs: [] }).finish());
    for (const slice of slicesOf(prevKvs)) {
      sink.out(DeleteRangeResponse.encode({ deleted: 0n, prevKvs: slice }).finish());
    }
    sink.out(DeleteRangeResponse.encode({ ...rest, deleted: 0n, prevKvs: [] }).finish());
  },

  'endpoint-health': unsupported('protobuf'),
  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};

function* slicesOf(kvs: readonly KeyValue[]): Generator<KeyValue[]> {
  for (let from = 0; from < kvs.length; from += SLICE_LENGTH) yield kvs.slice(from, from + SLICE_LENGTH);
}
