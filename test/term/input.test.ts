import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Input } from '../../src/term/input.js';

function inputOf(...chunks: readonly (string | Uint8Array)[]) {
  const stream = new PassThrough();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return new Input(() => stream);
}

async function rest(input: Input): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

describe('Input', () => {
  it('returns a line, and the rest to the next reader', async () => {
    const input = inputOf('sec', 'ret\r\nval', Buffer.of(0xff, 0x0a));
    expect(await input.line()).toBe('secret');
    expect(await rest(input)).toBe('val\xff\n');
  });

  it('returns the last line without a newline, then empty lines', async () => {
    const input = inputOf('secret');
    expect(await input.line()).toBe('secret');
    expect(await input.line()).toBe('');
  });

  it('reads a hidden line from a pipe like any line', async () => {
    expect(await inputOf('pw\nmore').hiddenLine(() => new Error('interrupted'))).toBe('pw');
  });

  it('rejects when the signal aborts while it waits for input', async () => {
    const stopping = new AbortController();
    const chunks = new Input(() => new PassThrough()).abortable(stopping.signal)[Symbol.asyncIterator]();
    const next = chunks.next();
    stopping.abort(new Error('interrupted'));
    await expect(next).rejects.toThrow('interrupted');
  });

  it('returns all bytes to an abortable reader', async () => {
    const input = inputOf('one\n', 'two');
    expect(await input.line()).toBe('one');
    const chunks: Uint8Array[] = [];
    for await (const chunk of input.abortable(new AbortController().signal)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('two');
  });

  it('does not open the stream before the first read', () => {
    const input = new Input(() => {
      throw new Error('opened');
    });
    expect(() => input.close()).not.toThrow();
  });
});
