import type { KeysResponse } from '../../model/v2/keys.js';
import type { Sink } from '../printer.js';
import type { V2Renderers } from './printer.js';

type WriteKey = (response: KeysResponse, sink: Sink) => void;

/** A format in which all that has to do with keys looks like one key (ctlv2/command/format.go of etcd 3.5). */
export function renderersOf(writeKey: WriteKey, others: Partial<V2Renderers> = {}): V2Renderers {
  return {
    key: ({ response }, sink) => writeKey(response, sink),
    directory: ({ response }, sink) => writeKey(response, sink),
    listing: ({ response }, sink) => writeKey(response, sink),
    change({ response, namesKey }, sink) {
      if (namesKey) sink.out(`[${response.action}] ${response.node.key}\n`);
      writeKey(response, sink);
    },
    text: ({ text }, sink) => sink.out(text),
    ...others,
  };
}
