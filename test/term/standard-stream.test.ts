import { PassThrough, type Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StandardStream, type WriteNow } from '../../src/term/standard-stream.js';

function standardStream(writeNow: WriteNow) {
  const opened: Writable[] = [];
  const through = new PassThrough({ highWaterMark: 1 << 20 });
  const stream = new StandardStream(() => {
    opened.push(through);
    return through;
  }, writeNow);
  const errors: string[] = [];
  stream.onError = ({ code = '' }) => errors.push(code);
  return { stream, opened, errors, text: () => `${through.read() ?? ''}` };
}

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

describe('a standard stream', () => {
  it('writes little to the descriptor, and makes no stream for it', async () => {
    const direct: string[] = [];
    const { stream, opened } = standardStream((bytes) => direct.push(`${bytes}`) && bytes.length);
    expect(stream.write('äb')).toBe(true);
    expect(stream.write(Buffer.from('c'))).toBe(true);
    await stream.written();
    expect({ direct, opened }).toEqual({ direct: ['äb', 'c'], opened: [] });
  });

  it('writes the rest through a stream, in order', () => {
    let direct = '';
    const { stream, opened, text } = standardStream((bytes) => {
      direct += bytes;
      return bytes.length;
    });
    for (const block of ['a', 'b', 'c']) stream.write(block.repeat(30_000));
    stream.write('d');
    expect(direct).toBe('a'.repeat(30_000) + 'b'.repeat(30_000));
    expect(text()).toBe(`${'c'.repeat(30_000)}d`);
    expect(opened).toHaveLength(1);
  });

  it.each([
    ['the descriptor takes a part', () => 2, 'cd'],
    ['it takes nothing now', failing('EAGAIN'), 'abcd'],
  ])('leaves to the stream what is left when %s', (_when, writeNow, left) => {
    const { stream, errors, text } = standardStream(writeNow);
    stream.write('abcd');
    stream.write('e');
    expect(text()).toBe(`${left}e`);
    expect(errors).toEqual([]);
  });

  it('tells of a reader that has gone, from the descriptor and from the stream', async () => {
    const { stream, errors, opened } = standardStream(failing('EPIPE'));
    expect(stream.write('abcd')).toBe(true);
    expect(errors).toEqual(['EPIPE']);
    stream.write('x'.repeat(70_000));
    opened[0]?.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
    await stream.drained();
    expect(errors).toEqual(['EPIPE', 'ECONNRESET']);
  });
});
