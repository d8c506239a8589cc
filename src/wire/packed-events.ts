/** Watch responses whose events stay encoded until they are iterated: those of the past come in responses of up to 1,000 revisions. */
import type { Events } from '../model/messages/watch.js';
import {
  WatchDefinition as GeneratedDefinition,
  WatchResponse as WireResponse,
} from './generated/etcdserverpb/watch.js';
import { Event } from './generated/mvccpb/kv.js';
import { checkRun, findRun, PackedList, withoutRun } from './packed-list.js';

/** The tag of the length-delimited field `WatchResponse.events`. */
const EVENTS_TAG = 90;
/** Of `Event.kv` and `Event.prev_kv`. */
const KV_TAGS = [18, 26];

type WatchResponse = Omit<WireResponse, 'events'> & { readonly events: Events };

/** Damaged events are an error here, before the first of them is delivered. */
function decodeWatch(bytes: Uint8Array): WatchResponse {
  const run = findRun(bytes, EVENTS_TAG);
  if (run === undefined) return WireResponse.decode(bytes);
  checkRun(run, { bytes, messageTags: KV_TAGS });
  return {
    ...WireResponse.decode(withoutRun(bytes, run)),
    events: new PackedList(bytes, run, Event.decode),
  };
}

const { watch } = GeneratedDefinition.methods;

/** The service with this decoder. */
export const WatchDefinition = {
  ...GeneratedDefinition,
  methods: { watch: { ...watch, responseType: { ...watch.responseType, decode: decodeWatch } } },
};
