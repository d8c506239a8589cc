/** Range responses whose pairs stay encoded until they are iterated: a part of a RangeStream has up to 40,960. */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { KeyValues } from '../model/key-values.js';
import {
  KVDefinition,
  RangeResponse as WireRangeResponse,
  type RangeStreamResponse as WireRangeStreamResponse,
} from './generated/etcdserverpb/kv.js';
import { KeyValue } from './generated/mvccpb/kv.js';
import { findRun, PackedList, withoutRun } from './packed-list.js';

/** Tags of length-delimited fields: `RangeResponse.kvs` and `RangeStreamResponse.range_response`. */
const KVS_TAG = 18;
const RANGE_RESPONSE_TAG = 10;

type RangeResponse = Omit<WireRangeResponse, 'kvs'> & { readonly kvs: KeyValues };
type RangeStreamResponse = Omit<WireRangeStreamResponse, 'rangeResponse'> & {
  readonly rangeResponse?: RangeResponse | undefined;
};

function decodeRange(bytes: Uint8Array): RangeResponse {
  const run = findRun(bytes, KVS_TAG);
  if (run === undefined) return WireRangeResponse.decode(bytes);
  const others = WireRangeResponse.decode(withoutRun(bytes, run));
  return { ...others, kvs: new PackedList(bytes, run, KeyValue.decode) };
}

/** The message has one field, which a server sends once. */
function decodeRangeStream(bytes: Uint8Array): RangeStreamResponse {
  const reader = new BinaryReader(bytes);
  if (bytes.length > 0 && reader.uint32() === RANGE_RESPONSE_TAG) {
    const length = reader.uint32();
    if (reader.pos + length === bytes.length) {
      return { rangeResponse: decodeRange(bytes.subarray(reader.pos)) };
    }
  }
  return KVDefinition.methods.rangeStream.responseType.decode(bytes);
}

const { methods } = KVDefinition;

/** The service with these decoders. */
export const KvDefinition = {
  ...KVDefinition,
  methods: {
    ...methods,
    range: { ...methods.range, responseType: { ...methods.range.responseType, decode: decodeRange } },
    rangeStream: {
      ...methods.rangeStream,
      responseType: { ...methods.rangeStream.responseType, decode: decodeRangeStream },
    },
  },
};
