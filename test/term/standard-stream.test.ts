import { describe, expect, it } from 'vitest';
import { StandardStream, type WriteSync } from '../../src/term/standard-stream.js';
import { failingWrite, slowDescriptor } from '../support/descriptor.js';

function standardStream(writeSync: WriteSync) {
  const stream = new StandardStream(writeSync);
  const errors: string[] = [];
  stream.onError = ({ code = '' }) => errors.push(code);
  return { stream, errors };
}

describe('a standard stream', () => {
  it('writes immediately, in order', async () => {
    const writes: string[] = [];
    const { stream } = standardStream((bytes) => writes.push(`${bytes}`) && bytes.length);
    expect(stream.write('äb')).toBe(true);
    expect(stream.write(Buffer.from('c'))).toBe(true);
    await stream.drained();
    expect(writes).toEqual(['äb', 'c']);
  });

  it('continues after a partial write', () => {
    let written = '';
    const { stream } = standardStream((bytes) => {
      written += Buffer.from(bytes.subarray(0, 2));
      return Math.min(2, bytes.length);
    });
    expect(stream.write('abcde')).toBe(true);
    expect(written).toBe('abcde');
  });

  it('buffers what the descriptor does not accept, and writes it later', async () => {
    const descriptor = slowDescriptor();
    const { stream, errors } = standardStream(descriptor.writeSync);
    expect(stream.write('ab')).toBe(true);
    expect(stream.write('cd')).toBe(false);
    expect(stream.write('e')).toBe(false);
    let isWritten = false;
    const written = stream.drained().then(() => {
      isWritten = true;
    });
    await descriptor.retried();
    expect({ isWritten, text: descriptor.text() }).toEqual({ isWritten: false, text: 'ab' });
    descriptor.acceptWrites();
    await written;
    expect(descriptor.text()).toBe('abcde');
    expect(errors).toEqual([]);
  });

  it('reports a failed write, and does not wait afterwards', async () => {
    const { stream, errors } = standardStream(failingWrite('EPIPE'));
    expect(stream.write('abcd')).toBe(true);
    await stream.drained();
    expect(errors).toEqual(['EPIPE']);
  });
});
