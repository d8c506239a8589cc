import { describe, expect, it } from 'vitest';
import { StandardStream, type WriteNow } from '../../src/term/standard-stream.js';
import { failing, slowDescriptor } from '../support/descriptor.js';

function standardStream(writeNow: WriteNow) {
  const stream = new StandardStream(writeNow);
  const errors: string[] = [];
  stream.onError = ({ code = '' }) => errors.push(code);
  return { stream, errors };
}

describe('a standard stream', () => {
  it('writes at once, in order', async () => {
    const writes: string[] = [];
    const { stream } = standardStream((bytes) => writes.push(`${bytes}`) && bytes.length);
    expect(stream.write('äb')).toBe(true);
    expect(stream.write(Buffer.from('c'))).toBe(true);
    await stream.written();
    expect(writes).toEqual(['äb', 'c']);
  });

  it('goes on where the descriptor took a part', () => {
    let written = '';
    const { stream } = standardStream((bytes) => {
      written += Buffer.from(bytes.subarray(0, 2));
      return Math.min(2, bytes.length);
    });
    expect(stream.write('abcde')).toBe(true);
    expect(written).toBe('abcde');
  });

  it('keeps what the descriptor does not take now until it does', async () => {
    const descriptor = slowDescriptor();
    const { stream, errors } = standardStream(descriptor.writeNow);
    expect(stream.write('ab')).toBe(true);
    expect(stream.write('cd')).toBe(false);
    expect(stream.write('e')).toBe(false);
    let isWritten = false;
    const written = stream.written().then(() => {
      isWritten = true;
    });
    await descriptor.asked();
    expect({ isWritten, text: descriptor.text() }).toEqual({ isWritten: false, text: 'ab' });
    descriptor.release();
    await written;
    expect(descriptor.text()).toBe('abcde');
    expect(errors).toEqual([]);
  });

  it('tells of a reader that has gone, and waits for nobody', async () => {
    const { stream, errors } = standardStream(failing('EPIPE'));
    expect(stream.write('abcd')).toBe(true);
    await stream.written();
    expect(errors).toEqual(['EPIPE']);
  });
});
