import { describe, expect, it } from 'vitest';
import type { KeyValue, RangeResponse } from '../../src/model/messages/kv.js';
import type { RangePage } from '../../src/model/results.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../../src/printers/printer.js';
import { loadPrinter } from '../../src/printers/registry.js';

const FORMATS = OUTPUT_FORMATS.filter((format) => format !== 'table');
const VIEW = { keysOnly: false, countOnly: false, valuesOnly: false };

const kvs: readonly KeyValue[] = Array.from({ length: 7 }, (_, index) => ({
  key: Buffer.from(`key ${index}`),
  value: Buffer.from(`value ${index}`),
  createRevision: 1n,
  modRevision: BigInt(index),
  version: 1n,
  lease: 0n,
}));

const response = (own: readonly KeyValue[], more: boolean): RangeResponse => ({
  header: { clusterId: 1n, memberId: 2n, revision: 3n, raftTerm: 4n },
  kvs: own,
  more,
  count: 7n,
});

class Paper {
  readonly #chunks: Buffer[] = [];
  flushes = 0;

  out(chunk: string | Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  err(): void {
    throw new Error('nothing to say');
  }

  async flush(): Promise<void> {
    this.flushes++;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }
}

async function print(
  format: OutputFormat,
  range: { response: RangeResponse; rest?: AsyncIterable<RangePage> },
  paper = new Paper(),
): Promise<string> {
  const printer = await loadPrinter(format);
  await printer.print({ kind: 'range', view: VIEW, ...range }, paper, { hex: false });
  return paper.text;
}

async function* pages(...parts: RangePage[]): AsyncGenerator<RangePage> {
  yield* parts;
}

describe.each(FORMATS)('a range in pages, %s', (format) => {
  it.each([
    ['two halves', 3, [[3, 7]]],
    ['single keys', 1, [1, 2, 3, 4, 5, 6].map((from) => [from, from + 1])],
    ['an empty beginning', 0, [[0, 7]]],
    [
      'empty pages',
      2,
      [
        [2, 2],
        [2, 5],
        [5, 5],
        [5, 7],
        [7, 7],
      ],
    ],
    ['nothing at all', 0, [[0, 0]]],
  ] as const)('equals the whole: %s', async (_name, first, rest) => {
    const shown = kvs.slice(0, rest.at(-1)?.[1]);
    for (const more of [false, true]) {
      const parts = rest.map(([from, to], index) => ({
        kvs: kvs.slice(from, to),
        more: more && index === rest.length - 1,
      }));
      const whole = await print(format, { response: response(shown, more) });
      const paged = await print(format, {
        response: response(kvs.slice(0, first), false),
        rest: pages(...parts),
      });
      expect(paged).toBe(whole);
    }
  });

  it('waits for the output before it takes the next page', async () => {
    const paper = new Paper();
    const seen: number[] = [];
    async function* watched(): AsyncGenerator<RangePage> {
      for (const kv of kvs) {
        seen.push(paper.flushes);
        yield { kvs: [kv], more: false };
      }
    }
    await print(format, { response: response([], false), rest: watched() }, paper);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
