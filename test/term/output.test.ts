import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output } from '../../src/term/output.js';
import { StandardStream } from '../../src/term/standard-stream.js';

/** A stream that keeps each write, and takes no more after one until `release`. */
function slowStream() {
  const writes: Buffer[] = [];
  let release = () => {};
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      writes.push(Buffer.from(chunk));
      release = () => done();
    },
  });
  return { stream, writes, release: () => release() };
}

const viaStream = (stream: Writable) => new StandardStream(() => stream);

function output(stdout: Writable = new PassThrough(), onBroken = (_error: Error) => {}) {
  const stderr = new PassThrough();
  return { stdout, stderr, output: new Output(viaStream(stdout), viaStream(stderr), onBroken) };
}

const text = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString('latin1') ?? '';

describe('Output', () => {
  it('joins small writes and keeps the bytes', async () => {
    const stdout = slowStream();
    const { output: out } = output(stdout.stream);
    for (let index = 0; index < 1000; index++) out.out('line\n');
    out.out(Buffer.of(0xff, 0x00));
    const flushed = out.flush();
    expect(stdout.writes).toHaveLength(1);
    expect(stdout.writes[0]?.subarray(-3).toString('hex')).toBe('0aff00');
    stdout.release();
    await flushed;
  });

  it('passes large chunks on in their order', () => {
    const stdout = new PassThrough({ highWaterMark: 1 << 24 });
    const { output: out } = output(stdout);
    const large = Buffer.alloc(100_000, 'x');
    out.out('before ');
    out.out(large);
    out.out(' after');
    out.flush();
    expect(text(stdout)).toBe(`before ${large} after`);
  });

  it('writes stdout before what is said on stderr later', () => {
    const order: string[] = [];
    const log = (name: string) =>
      new Writable({
        write(_chunk, _encoding, done) {
          order.push(name);
          done();
        },
      });
    const out = new Output(viaStream(log('out')), viaStream(log('err')), () => {});
    out.out('x');
    out.err('y\n');
    expect(order).toEqual(['out', 'err']);
  });

  it('waits in flush until a slow reader has taken the block', async () => {
    const stdout = slowStream();
    const { output: out } = output(stdout.stream);
    out.out('x'.repeat(70_000));
    let isSettled = false;
    const flushed = out.flush().then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSettled).toBe(false);
    stdout.release();
    await flushed;
  });

  it('has nothing left to write after its end, however slow the reader', async () => {
    const stdout = slowStream();
    const { output: out } = output(stdout.stream);
    out.out('a');
    void out.flush();
    let isSettled = false;
    out.out('b');
    const ended = out.end().then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSettled).toBe(false);
    for (let writes = 0; !isSettled; writes++) {
      expect(writes).toBeLessThan(10);
      stdout.release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(Buffer.concat(stdout.writes).toString()).toBe('ab');
  });

  it('ends though nobody reads any more', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done, gone) });
    const { output: out } = output(stdout);
    out.out('x');
    await out.end();
    expect(stdout.destroyed).toBe(true);
  });

  it('tells once when the reader has gone, and drops the rest', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    const told: Error[] = [];
    const { output: out } = output(stdout, (error) => told.push(error));
    out.out('x');
    await out.flush();
    await new Promise((resolve) => setImmediate(resolve));
    out.out('y'.repeat(70_000));
    await out.flush();
    expect(told).toEqual([gone]);
  });

  it('writes escaped bytes on stderr as they are', () => {
    const { output: out, stderr } = output();
    out.err('a\udcff\n');
    expect(text(stderr)).toBe('a\xff\n');
  });
});
