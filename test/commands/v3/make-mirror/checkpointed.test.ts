import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type MakeMirrorOptions,
  registerMakeMirror,
  runMakeMirror,
} from '../../../../src/commands/v3/make-mirror.js';
import { ServerError } from '../../../../src/model/errors.js';
import type { TxnRequest } from '../../../../src/model/messages/kv.js';
import type { WatchResponse } from '../../../../src/model/messages/watch.js';
import { fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { putEvent, scriptedWatch, watchResponse } from '../../../support/scripted-watch.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const header = (revision: bigint) => ({ clusterId: 1n, memberId: 1n, revision, raftTerm: 1n });

/** Mirrors a source with one key at revision 7. The destination is at revision 10, and answers each write with the next of `revisions`. */
async function mirrored(
  streams: readonly (readonly (WatchResponse | Error)[])[],
  revisions: readonly bigint[],
) {
  const { service } = scriptedWatch(streams);
  const { kv } = putEvent(3, 'a', '1');
  const written: string[] = [];
  const steps: ('connect' | 'write')[] = [];
  const txn = async ({ success }: TxnRequest) => {
    steps.push('write');
    written.push(success.map(({ request }) => Buffer.from(request.value.key)).join());
    return { header: header(revisions[written.length - 1] ?? 0n), succeeded: true, responses: [] };
  };
  const { context, lines } = fakeContext({
    connect() {
      steps.push('connect');
      return {
        kv: { range: async () => ({ header: header(7n), kvs: [kv], more: false, count: 1n }) } as never,
        watch: service,
        maintenance: {} as never,
      };
    },
    connectTo: () => ({
      kv: { range: async () => ({ header: header(10n), kvs: [], more: false, count: 0n }), txn } as never,
    }),
  });
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  const argv = ['make-mirror', 'there:2379', `--checkpoint=${path.join(folder, 'c')}`];
  const options = parseCommand(registerMakeMirror, argv) as MakeMirrorOptions;
  const error = await runMakeMirror(options, { ...context, clock: { ...context.clock, sleep } }).catch(
    (failure: Error) => failure,
  );
  return { written, steps, lines, error, state: JSON.parse(readFileSync(path.join(folder, 'c'), 'utf8')) };
}

const created = watchResponse({ created: true, revision: 8 });
const change = watchResponse({ revision: 8, events: [putEvent(8, 'b')] });
const cancelled = watchResponse({ canceled: true });
const COPIES_AGAIN =
  'the destination has lost writes: it was restored from a backup: ' +
  'copying all keys again, and removing at the destination what the source does not have';

describe('a mirror with a checkpoint', () => {
  it('records the revision of the destination', async () => {
    const { written, lines, state } = await mirrored([[created, change, cancelled]], [11n, 12n]);
    expect([written, lines[0]]).toEqual([
      ['a', 'b'],
      '2 keys were mirrored; the checkpoint continues with revision 9',
    ]);
    expect(state).toMatchObject({ destinationRevision: '12', nextRevision: '9' });
  });

  it.each([
    ['while it follows', [11n, 5n, 6n]],
    ['to the revision before the last write', [11n, 11n, 12n]],
  ])('copies again when the destination goes back %s', async (_when, revisions) => {
    const { written, lines, state, error } = await mirrored(
      [
        [created, change],
        [created, cancelled],
      ],
      revisions,
    );
    expect(written).toEqual(['a', 'b', 'a']);
    expect(lines[0]).toBe(COPIES_AGAIN);
    expect(error).toMatchObject({ message: 'the source ended the watch: it gave no reason' });
    expect(state).toMatchObject({ destinationRevision: String(revisions[2]), nextRevision: '8' });
  });

  it('connects for the watch after the copy', async () => {
    const { steps } = await mirrored([[created, cancelled]], [11n]);
    expect(steps).toEqual(['connect', 'write', 'connect']);
  });

  it('refuses another source when it goes on with fragments', async () => {
    const tooLarge = new ServerError('received message larger than max', 'ResourceExhausted');
    const other = { ...created, header: { ...header(8n), clusterId: 2n } };
    const { written, error } = await mirrored(
      [
        [created, tooLarge],
        [other, change],
      ],
      [11n, 12n],
    );
    expect(written).toEqual(['a']);
    expect(error).toMatchObject({ message: expect.stringContaining('is the checkpoint of another source') });
  });

  it('copies again when the destination goes back during the copy', async () => {
    const { written, lines } = await mirrored([[created, cancelled]], [4n, 5n]);
    expect([written, lines[0]]).toEqual([['a', 'a'], COPIES_AGAIN]);
  });
});
