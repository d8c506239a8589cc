import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSnapshotSave, type SnapshotSaveOptions } from '../../../src/commands/v3/snapshot/save.js';
import { registerSnapshot } from '../../../src/commands/v3/snapshot/snapshot.js';
import { ServerError } from '../../../src/model/errors.js';
import type { SnapshotResponse } from '../../../src/model/messages/maintenance.js';
import type { Result } from '../../../src/model/results.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const body = randomBytes(64 * 512);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const whole = Buffer.concat([body, Buffer.from(sha256(body), 'hex')]);
const trailerOf = (bytes: Uint8Array) => Buffer.from(bytes.subarray(body.length)).toString('hex');

async function* stream(bytes: Uint8Array, end?: Error): AsyncGenerator<SnapshotResponse> {
  for (let offset = 0; offset < bytes.length; offset += 5000) {
    const blob = bytes.subarray(offset, offset + 5000);
    const remainingBytes = BigInt(bytes.length - offset - blob.length);
    yield { header: undefined, remainingBytes, blob, version: offset === 0 ? '3.6.0' : '' };
  }
  if (end !== undefined) throw end;
}

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-save-'));
  path = join(folder, 'backup.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function toFile(target: string): SnapshotSaveOptions {
  return { path: target, isDirectory: false, compresses: false, keep: 0, clusterName: '', picks: false };
}

async function save(snapshot: () => AsyncIterable<SnapshotResponse>) {
  const fake = fakeContext({ connect: () => ({ maintenance: { snapshot } as never }) });
  const error = await runSnapshotSave(toFile(path), fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, error };
}

const cutShort = new ServerError('rpc error: code = Unavailable desc = closed', 'Unavailable');
const flipped = Buffer.from(whole);
flipped[12_345] = (flipped[12_345] ?? 0) ^ 1;

describe('snapshot save', () => {
  it.each([[[]], [['a', 'b']]])('rejects the arguments %j', (args) => {
    expect(() => parseCommand(registerSnapshot, ['snapshot', 'save', ...args])).toThrow(
      'snapshot save expects one argument <filename>',
    );
  });

  it('saves the data of the server and prints the path', async () => {
    const { error, emitted } = await save(() => stream(whole));
    expect(error).toBeUndefined();
    expect(emitted).toEqual([{ kind: 'snapshot-saved', path, serverVersion: '3.6.0' }]);
    expect(whole.equals(await readFile(path))).toBe(true);
    expect(await readdir(folder)).toEqual(['backup.db']);
  });

  it.each([
    [
      'a stream that breaks off',
      () => stream(whole.subarray(0, 20_000), cutShort),
      `could not write snapshot: ${cutShort.message}`,
    ],
    ['a stream that never starts', () => stream(Buffer.alloc(0), cutShort), cutShort.message],
    [
      'a stream that ends early',
      () => stream(whole.subarray(0, 20_001)),
      'sha256 checksum not found [bytes: 20001]',
    ],
    ['an empty stream', () => stream(Buffer.alloc(0)), 'EOF'],
    [
      'a flipped bit',
      () => stream(flipped),
      `expected sha256 ${trailerOf(flipped)}, got ${sha256(flipped.subarray(0, body.length))}`,
    ],
  ])('keeps the older file and leaves no other file after %s', async (_name, snapshot, message) => {
    await writeFile(path, 'older');
    const { error, emitted } = await save(snapshot);
    expect(error).toMatchObject({ name: 'InterruptedError', message: message });
    expect(emitted).toEqual([]);
    expect(await readdir(folder)).toEqual(['backup.db']);
    expect(await readFile(path, 'utf8')).toBe('older');
  });

  it('rejects a directory and several endpoints before it connects', async () => {
    await mkdir(path);
    const connected = await save(() => stream(whole));
    expect(connected.error?.message).toBe(`could not save to ${path} (it is a directory)`);
    const { context } = fakeContext({ endpoints: ['a', 'b'] });
    await expect(runSnapshotSave(toFile(path), context)).rejects.toMatchObject({
      name: 'InterruptedError',
      message: 'snapshot must be requested to one selected node, not multiple [a b]',
    });
  });
});

describe('snapshot save to standard output', () => {
  async function saveToOutput(snapshot: () => AsyncIterable<SnapshotResponse>, stdoutIsTerminal = false) {
    const fake = fakeContext({ stdoutIsTerminal, connect: () => ({ maintenance: { snapshot } as never }) });
    const written: Buffer[] = [];
    // A block is filled again when it is written.
    const emit = async (result: Result) =>
      void written.push(Buffer.from(result.kind === 'bytes' ? result.bytes : ''));
    const error = await runSnapshotSave(toFile('-'), { ...fake.context, emit }).then(
      () => undefined,
      (failure: Error) => failure,
    );
    return { ...fake, error, bytes: Buffer.concat(written) };
  }

  const long = Buffer.concat(Array<Buffer>(40).fill(body));
  const valid = Buffer.concat([long, Buffer.from(sha256(long), 'hex')]);

  it('emits the bytes of the server, and a line on stderr', async () => {
    const { error, bytes, lines } = await saveToOutput(() => stream(valid));
    expect(error).toBeUndefined();
    expect(bytes.equals(valid)).toBe(true);
    expect(lines).toEqual([
      `Snapshot of ${valid.length} bytes written to standard output`,
      'Server version 3.6.0',
    ]);
  });

  it.each([
    ['the checksum is wrong', valid.length],
    ['the stream breaks off within the end', valid.length - 10],
    ['the stream breaks off before the checksum', long.length],
    ['the stream breaks off in the middle', 700_000],
  ])('holds back the last 64 KiB when %s', async (_name, length) => {
    const sent = Uint8Array.from(valid.subarray(0, length));
    sent[length - 1] = (sent[length - 1] ?? 0) ^ 1;
    const { error, bytes, lines } = await saveToOutput(() =>
      stream(sent, length < valid.length ? cutShort : undefined),
    );
    expect(error).toMatchObject({ name: 'InterruptedError' });
    expect(lines).toEqual([]);
    expect(bytes.length).toBeLessThanOrEqual(length - 65_536);
    expect(bytes.equals(valid.subarray(0, bytes.length))).toBe(true);
  });

  it('does not say that it is written when the last write has failed', async () => {
    const fake = fakeContext({
      connect: () => ({ maintenance: { snapshot: () => stream(valid) } as never }),
    });
    const { emit } = fake.context;
    const closed = new Error('write: no space left on device');
    const written = { bytes: 0 };
    fake.context.emit = async (result) => {
      await emit(result);
      written.bytes += result.kind === 'bytes' ? result.bytes.length : 0;
      if (written.bytes === valid.length) fake.abort(closed);
    };
    await expect(runSnapshotSave(toFile('-'), fake.context)).rejects.toBe(closed);
    expect(fake.lines).toEqual([]);
  });

  it('refuses a terminal before it connects', async () => {
    const { error, emitted } = await saveToOutput(() => {
      throw new Error('a call');
    }, true);
    expect(error?.message).toBe(
      'a snapshot is not written to a terminal: redirect the output, or name a file',
    );
    expect(emitted).toEqual([]);
  });
});
