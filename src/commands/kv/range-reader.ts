import type { CommandContext } from '../../cli/context.js';
import { MAX_RANGE_PAGE_BYTES, type RangeReader } from '../../client/range/page.js';
import type { Client } from '../../model/services.js';

/** Reads ranges of the command's cluster with two clients. Each connects on its first use. */
export function rangeReader(context: CommandContext): RangeReader {
  let bounded: Promise<Client> | undefined;
  let unbounded: Promise<Client> | undefined;
  return {
    async bounded() {
      bounded ??= context.connect(context.endpoints, { maxResponseBytes: MAX_RANGE_PAGE_BYTES });
      return (await bounded).kv;
    },
    async unbounded() {
      unbounded ??= context.connect();
      return (await unbounded).kv;
    },
  };
}
