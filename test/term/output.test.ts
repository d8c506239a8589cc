import { describe, expect, it } from 'vitest';
import { Output } from '../../src/term/output.js';
import { StandardStream, type WriteSync } from '../../src/term/standard-stream.js';
import { failingWrite, slowDescriptor } from '../support/descriptor.js';

/** A descriptor that accepts all bytes and records them. */
function descriptor() {
  const writes: Buffer[] = [];
  const writeSync: WriteSync = (bytes) => writes.push(Buffer.from(bytes)) && bytes.length;
  return { writeSync, writes, text: () => Buffer.concat(writes).toString('latin1') };
}

function output(stdout: WriteSync = descriptor().writeSync, onBroken = (_error: Error) => {}) {
  const stderr = descriptor();
  const out = new Output(new StandardStream(stdout), new StandardStream(stderr.writeSync), onBroken);
  return { stderr, output: out };
}

describe('Output', () => {
  it('joins small writes and keeps the bytes', async () => {
    const stdout = descriptor();
    const { output: out } = output(stdout.writeSync);
    for (let index = 0; index < 1000; index++) out.out('line\n');
    out.out(Buffer.of(0xff, 0x00));
    await out.flush();
    expect(stdout.writes).toHaveLength(1);
    expect(stdout.writes[0]?.subarray(-3).toString('hex')).toBe('0aff00');
  });

  it('applies a colour after control characters were escaped, in the order of the writes', () => {
    const stdout = descriptor();
    const stream = new StandardStream(stdout.writeSync, () => true);
    const out = new Output(stream, new StandardStream(descriptor().writeSync), () => undefined);
    out.out('before ');
    out.out('\u001b[2Jred', (text) => `\u001b[31m${text}\u001b[39m`);
    out.out(' after');
    out.flush();
    expect(stdout.text()).toBe('before \u001b[31m\\x1b[2Jred\u001b[39m after');
  });

  it('uses the memory of a block again when it is written, and not before', async () => {
    const slow = slowDescriptor();
    const memory = new Set<ArrayBufferLike>();
    const { output: out } = output((bytes) => {
      const length = slow.writeSync(bytes);
      memory.add(bytes.buffer);
      return length;
    });
    for (const text of ['first ', 'second ', 'third']) {
      out.out(text);
      void out.flush();
    }
    slow.acceptWrites();
    await out.end();
    expect(slow.text()).toBe('first second third');
    out.out(' fourth');
    await out.flush();
    expect(slow.text()).toBe('first second third fourth');
    expect(memory.size).toBe(3);
  });

  it('writes large chunks in order', () => {
    const stdout = descriptor();
    const { output: out } = output(stdout.writeSync);
    const large = Buffer.alloc(100_000, 'x');
    out.out('before ');
    out.out(large);
    out.out(' after');
    out.flush();
    expect(stdout.text()).toBe(`before ${large} after`);
  });

  it('writes buffered bytes to stdout before text to stderr', () => {
    const order: string[] = [];
    const log = (name: string) =>
      new StandardStream((bytes) => {
        order.push(name);
        return bytes.length;
      });
    const out = new Output(log('out'), log('err'), () => {});
    out.out('x');
    out.err('y\n');
    expect(order).toEqual(['out', 'err']);
  });

  it('flush settles when a slow reader has read the block', async () => {
    const stdout = slowDescriptor();
    const { output: out } = output(stdout.writeSync);
    out.out('x'.repeat(70_000));
    out.out('y'.repeat(70_000));
    let isSettled = false;
    const flushed = out.flush().then(() => {
      isSettled = true;
    });
    await stdout.retried();
    expect(isSettled).toBe(false);
    stdout.acceptWrites();
    await flushed;
    expect(stdout.text()).toHaveLength(140_000);
  });

  it('end settles when everything is written, also with a slow reader', async () => {
    const stdout = slowDescriptor();
    const { output: out } = output(stdout.writeSync);
    out.out('a');
    void out.flush();
    out.out('b');
    let isSettled = false;
    const ended = out.end().then(() => {
      isSettled = true;
    });
    await stdout.retried();
    expect(isSettled).toBe(false);
    stdout.acceptWrites();
    await ended;
    expect(stdout.text()).toBe('ab');
  });

  it('reports a failed write once, discards the rest, and ends', async () => {
    const told: NodeJS.ErrnoException[] = [];
    const { output: out } = output(failingWrite('EPIPE'), (error) => told.push(error));
    out.out('x');
    await out.flush();
    out.out('y'.repeat(70_000));
    await out.flush();
    await out.end();
    expect(told.map(({ code }) => code)).toEqual(['EPIPE']);
  });

  it('writes escaped bytes to stderr unescaped', () => {
    const { output: out, stderr } = output();
    out.err('a\udcff\n');
    expect(stderr.text()).toBe('a\xff\n');
  });

  describe('on a terminal', () => {
    function terminals({ stdout = true, stderr = true } = {}) {
      const writes: string[] = [];
      const stream = (name: string, isTerminal: boolean) =>
        new StandardStream(
          (bytes) => writes.push(`${name}:${Buffer.from(bytes)}`) && bytes.length,
          () => isTerminal,
        );
      const out = new Output(stream('out', stdout), stream('err', stderr), () => {});
      const line = {
        draw: () => void writes.push('drawn'),
        end: () => void writes.push('ended'),
      };
      return { output: out, line, writes };
    }

    it('escapes control characters, also across blocks', async () => {
      const { output: out, writes } = terminals();
      out.out(Buffer.from('a\u001b[2J\n'));
      await out.flush();
      out.out(Buffer.from([0xc2]));
      await out.flush();
      out.out(Buffer.from([0x9b, 0xe2]));
      out.err('b\u0007\udc9b\n');
      await out.end();
      expect(writes).toEqual(['out:a\\x1b[2J\n', 'out:\\u009b', 'err:b\\x07\\x9b\n', 'out:\\xe2']);
    });

    it('escapes only on the stream that is a terminal', async () => {
      const { output: out, writes } = terminals({ stdout: false });
      out.out('\u001b');
      out.err('\u001b');
      await out.end();
      expect(writes).toEqual(['out:\u001b', 'err:\\x1b']);
    });

    it('does not escape its own colours', () => {
      const { output: out, writes } = terminals();
      out.err('a\u001b', (shown) => `\u001b[31m${shown}\u001b[39m`);
      expect(writes).toEqual(['err:\u001b[31ma\\x1b\u001b[39m']);
    });

    it('ends the status line before anything else is written', async () => {
      const { output: out, line, writes } = terminals();
      out.showStatus(line);
      out.showStatus(line);
      out.out('result\n');
      await out.flush();
      out.showStatus(line);
      out.err('notice\n');
      out.endStatus();
      expect(writes).toEqual(['drawn', 'drawn', 'ended', 'out:result\n', 'drawn', 'ended', 'err:notice\n']);
    });

    it('keeps the status line while results are written to a file', async () => {
      const { output: out, line, writes } = terminals({ stdout: false });
      out.showStatus(line);
      out.out('result\n');
      await out.flush();
      await out.end();
      expect(writes).toEqual(['drawn', 'out:result\n', 'ended']);
    });
  });
});
