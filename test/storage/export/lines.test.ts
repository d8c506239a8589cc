import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/storage/export/lines.js';

async function lines(text: string, chunkLength: number, maxBytes?: number): Promise<string[]> {
  async function* chunks() {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; from += chunkLength)
      yield bytes.subarray(from, from + chunkLength);
  }
  const found: string[] = [];
  for await (const some of linesOf(chunks(), maxBytes)) {
    for (const { number, bytes } of some) found.push(`${number} ${Buffer.from(bytes)}`);
  }
  return found;
}

describe('the lines of chunks', () => {
  it.each([1, 2, 3, 7, 100])('are numbered, in chunks of %i bytes', async (chunkLength) => {
    expect(await lines('ab\n\ncde\nf', chunkLength)).toEqual(['1 ab', '2 ', '3 cde', '4 f']);
    expect(await lines('ab\n', chunkLength)).toEqual(['1 ab']);
    expect(await lines('', chunkLength)).toEqual([]);
  });

  it('have a maximum length', async () => {
    await expect(lines('a\n12345', 2, 4)).rejects.toThrow('line 2: it is longer than 4 bytes');
    expect(await lines('a\n1234\n', 2, 4)).toEqual(['1 a', '2 1234']);
  });
});
