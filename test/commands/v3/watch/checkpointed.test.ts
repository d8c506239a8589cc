import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerWatch, runWatch, type WatchOptions } from '../../../../src/commands/v3/watch.js';
import { ServerError } from '../../../../src/model/errors.js';
import type { Event, WatchResponse } from '../../../../src/model/messages/watch.js';
import { type FakeContextSettings, fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { putEvent, scriptedWatch, watchResponse } from '../../../support/scripted-watch.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const created = (revision: number) => watchResponse({ created: true, revision });
const events = (revision: number, ...keys: string[]): Event[] => keys.map((key) => putEvent(revision, key));

interface WatchRun extends FakeContextSettings {
  readonly words?: readonly string[];
  /** What the server sends; then the watch receives SIGTERM. */
  readonly responses: readonly WatchResponse[];
  /** What it sends on the stream for fragments, after one that was too large on the first stream. */
  readonly fragments?: readonly WatchResponse[];
  /** The revision of a linearizable read. */
  readonly storeRevision?: number;
}

/** Runs a watch with the checkpoint in the folder. */
async function watched({ words = [], responses, fragments, storeRevision = 0, ...settings }: WatchRun) {
  const tooLarge = new ServerError('received message larger than max', 'ResourceExhausted');
  const { service, created: requests } = scriptedWatch(
    fragments === undefined ? [responses] : [[...responses, tooLarge], fragments],
  );
  let left = responses.length + (fragments?.length ?? 0);
  const header = { clusterId: 1n, memberId: 1n, revision: BigInt(storeRevision), raftTerm: 1n };
  const fake = fakeContext({
    clock: {
      now: () => 0n,
      sleep: (_ms, signal) => new Promise((_, reject) => signal?.addEventListener('abort', reject)),
    },
    ...settings,
    connect: () => ({
      watch: {
        async *watch(sent, call) {
          for await (const response of service.watch(sent, call)) {
            yield response;
            // The watch asks for the next one when it has handled this one.
            if (--left === 0) fake.abort(new Error('SIGTERM'));
          }
        },
      },
      kv: { range: async () => ({ header, kvs: [], more: false, count: 0n }) } as never,
      maintenance: {} as never,
    }),
  });
  const argv = ['watch', 'k', '--prefix', `--checkpoint=${path.join(folder, 'c')}`, ...words];
  const error = await runWatch(parseCommand(registerWatch, argv) as WatchOptions, fake.context).catch(
    (failure: Error) => failure,
  );
  const printed = fake.emitted.flatMap((result) =>
    result.kind === 'watch'
      ? [...result.response.events].map(({ kv }) => `${kv?.modRevision} ${Buffer.from(kv?.key ?? '')}`)
      : [],
  );
  const written = fake.emitted.flatMap((result) =>
    result.kind === 'bytes' ? [Buffer.from(result.bytes).toString()] : [],
  );
  return { printed, written, error, requests, lines: fake.lines };
}

const state = () => JSON.parse(readFileSync(path.join(folder, 'c'), 'utf8'));

describe('a watch with a checkpoint', () => {
  it('goes on within a revision of which a fragment was delivered', async () => {
    const first = await watched({
      words: ['--rev=5'],
      responses: [
        created(6),
        watchResponse({
          revision: 6,
          events: [...events(5, 'ka'), ...events(6, 'kb', 'kc')],
          fragment: true,
        }),
      ],
    });
    expect([first.printed, (first.error as Error).message]).toEqual([['5 ka', '6 kb', '6 kc'], 'SIGTERM']);
    expect(state()).toMatchObject({ nextRevision: '6', deliveredEvents: '2' });
    const second = await watched({
      responses: [
        created(9),
        watchResponse({ revision: 9, events: [...events(6, 'kb', 'kc', 'kd'), ...events(9, 'ka')] }),
      ],
    });
    expect(second.requests).toMatchObject([{ startRevision: 6n, progressNotify: true }]);
    expect(second.printed).toEqual(['6 kd', '9 ka']);
    expect(state()).toMatchObject({ nextRevision: '10', deliveredEvents: '0' });
  });

  it('moves after each command, and not after one that has failed', async () => {
    const ran: string[] = [];
    const runChild: FakeContextSettings['runChild'] = async (_command, _args, options) => {
      ran.push(options?.env?.ETCD_WATCH_KEY ?? '');
      return { exitCode: ran.length === 3 ? 1 : 0, signal: null };
    };
    const responses = [
      created(6),
      watchResponse({ revision: 6, events: [...events(5, 'ka'), ...events(6, 'kb', 'kc', 'kd')] }),
    ];
    const first = await watched({ words: ['--rev=5', '--', 'cmd'], responses, runChild });
    expect(first.error).toMatchObject({ name: 'AlreadyReportedError', exitCode: 1 });
    expect(state()).toMatchObject({ nextRevision: '6', deliveredEvents: '1' });
    await watched({
      words: ['--', 'cmd'],
      responses: [created(6), watchResponse({ revision: 6, events: events(6, 'kb', 'kc', 'kd') })],
      runChild,
    });
    expect(ran).toEqual(['"ka"', '"kb"', '"kc"', '"kc"', '"kd"']);
    expect(state()).toMatchObject({ nextRevision: '7', deliveredEvents: '0' });
  });

  it('does not move when stdout has not accepted the events', async () => {
    await watched({ words: ['--rev=5'], responses: [created(6)] });
    const stdout = { isBroken: true, file: async () => undefined };
    await watched({ responses: [created(6), watchResponse({ revision: 5, revisions: [5] })], stdout });
    expect(state()).toMatchObject({ nextRevision: '5' });
  });

  it('moves with progress, which is printed only if it was asked for', async () => {
    const responses = [created(6), watchResponse({ revision: 20 })];
    const quiet = await watched({ responses });
    expect(quiet.lines).toEqual([]);
    expect(state()).toMatchObject({ nextRevision: '21' });
  });

  it('says nothing of a start revision in the future before the store reaches it', async () => {
    await watched({ words: ['--rev=50'], responses: [created(6), watchResponse({ revision: 20 })] });
    expect(() => state()).toThrow('ENOENT');
    await watched({
      words: ['--rev=50'],
      responses: [created(6), watchResponse({ revision: 50, revisions: [50] })],
    });
    expect(state()).toMatchObject({ nextRevision: '51' });
  });

  it('appends to a file the first events of a start revision that lay in the future', async () => {
    const file = { id: '1:2', sizeBytes: 0, read: () => undefined, truncate: () => undefined };
    const { error } = await watched({
      words: ['--rev=50'],
      responses: [created(6), watchResponse({ revision: 50, revisions: [50] })],
      stdout: { isBroken: false, file: async () => file },
    });
    expect((error as Error).message).toBe('SIGTERM');
    expect(state()).toMatchObject({ nextRevision: '51' });
  });

  it('frees the memory of events that were appended to a file, and uses them no more', async () => {
    const file = { id: '1:2', sizeBytes: 0, read: () => undefined, truncate: () => undefined };
    const response = watchResponse({ revision: 5, revisions: [5] });
    let freed = 0;
    const events = Object.assign([...response.events], {
      free() {
        freed++;
        for (const { kv } of events.splice(0)) kv?.key.fill(0);
      },
    });
    events.slice = () => events;
    const { written } = await watched({
      words: ['--rev=5'],
      responses: [created(6), { ...response, events }],
      stdout: { isBroken: false, file: async () => file },
    });
    expect(freed).toBe(1);
    const whole = await watched({
      words: ['--rev=5'],
      responses: [created(6), watchResponse({ revision: 5, revisions: [5] })],
      stdout: { isBroken: false, file: async () => file },
    });
    expect(written).toHaveLength(1);
    expect(written).toEqual(whole.written);
    expect(state()).toMatchObject({ nextRevision: '6' });
  });

  it('accepts a member that is behind, and refuses a store that is', async () => {
    await watched({
      words: ['--rev=5'],
      responses: [created(8), watchResponse({ revision: 8, revisions: [5, 8] })],
    });
    const behind = await watched({ responses: [created(6)], storeRevision: 8 });
    expect((behind.error as Error).message).toBe('SIGTERM');
    const older = await watched({ responses: [created(6)], storeRevision: 7 });
    expect((older.error as Error).message).toBe('the store is older than the checkpoint');
    expect(state()).toMatchObject({ nextRevision: '9' });
  });

  it('refuses another cluster before it prints an event', async () => {
    await watched({ words: ['--rev=5'], responses: [created(8)] });
    const other = { ...created(8), header: { clusterId: 2n, memberId: 1n, revision: 8n, raftTerm: 1n } };
    const { error, printed } = await watched({
      responses: [other, watchResponse({ revision: 8, revisions: [8] })],
    });
    expect((error as Error).message).toContain('is the checkpoint of a watch of another cluster');
    expect(printed).toEqual([]);
  });

  it('refuses another cluster, and an older store, when it goes on with fragments', async () => {
    const other = { ...created(8), header: { clusterId: 2n, memberId: 1n, revision: 8n, raftTerm: 1n } };
    const fragment = watchResponse({ revision: 8, revisions: [8], fragment: true });
    const first = await watched({
      words: ['--rev=5'],
      responses: [created(8), watchResponse({ revision: 8, revisions: [5, 7] })],
      fragments: [other, fragment],
    });
    expect((first.error as Error).message).toContain('is the checkpoint of a watch of another cluster');
    const second = await watched({
      responses: [created(7)],
      fragments: [created(5), fragment],
      storeRevision: 5,
    });
    expect((second.error as Error).message).toBe('the store is older than the checkpoint');
    const third = await watched({ responses: [created(8)], fragments: [created(8), fragment] });
    expect([third.printed, third.lines]).toEqual([['8 k'], []]);
  });
});
