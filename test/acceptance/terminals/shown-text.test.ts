/** Text on a terminal: results, errors, control sequences in keys and server messages, and the lines that test harnesses wait for. */
import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeEtcd, status, unary } from '../../support/grpc/fake-etcd.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, type Program, run } from '../../support/lab/program.js';
import { startOnTerminal, type TerminalOptions, terminalsMissing } from '../../support/lab/terminal.js';

const ESCAPE = '\u001b';
const EVIL = `${ESCAPE}[2J${ESCAPE}]0;title\u0007\u009b1m\u202e\r`;
const SHOWN = '\\x1b[2J\\x1b]0;title\\x07\\u009b1m\\u202e\\x0d';

describe.skipIf(terminalsMissing !== undefined)(`on a terminal ${terminalsMissing ?? ''}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', `k${EVIL}`, `v${EVIL}`]);
    await lab.real(['put', 'bytes'], { stdin: Buffer.from('ff9b316de282', 'hex') });
    await lab.real(['put', 'text'], { stdin: TEXT });
    await lab.real(['role', 'add', `r${EVIL}`]);
  });
  afterAll(() => lab?.stop());

  async function shown(args: readonly string[], options: TerminalOptions = {}, program = ourEtcdctl()) {
    const { stdout, code } = await startOnTerminal(program, args, options).result;
    return { code, text: stdout.toString().replaceAll('\r\n', '\n') };
  }

  const get = (...args: string[]) => shown([...lab.flags(), 'get', ...args]);
  const piped = async (...args: string[]) =>
    (await run(ourEtcdctl(), [...lab.flags(), ...args])).stdout.toString('latin1');

  describe('control sequences', () => {
    it('in keys and values are escaped, and written to files unchanged', async () => {
      expect((await get('k', '--prefix')).text).toBe(`k${SHOWN}\nv${SHOWN}\n`);
      const exact = Buffer.from(`k${EVIL}\nv${EVIL}\n`).toString('latin1');
      expect(await piped('get', 'k', '--prefix')).toBe(exact);
      const stdout = path.join(lab.folder, 'out');
      await shown([...lab.flags(), 'get', 'k', '--prefix'], { redirect: { stdout } });
      expect(readFileSync(stdout, 'latin1')).toBe(exact);
    });

    it('in bytes that are not UTF-8 are escaped', async () => {
      expect((await get('bytes')).text).toBe('bytes\n\\xff\\x9b1m\\xe2\\x82\n');
      expect(await piped('get', 'bytes')).toBe('bytes\n\xff\x9b1m\xe2\x82\n');
    });

    it('are not found in long text of many languages, which is unchanged', async () => {
      const { text } = await get('text', '--print-value-only');
      expect(text === `${TEXT}\n`).toBe(true);
    });

    it('in names are escaped, in JSON by JSON escapes', async () => {
      expect((await shown([...lab.flags(), 'role', 'list'])).text).toBe(`r${SHOWN}\n`);
      const { text } = await shown([...lab.flags(), 'role', 'list', '-w', 'json']);
      expect(text).not.toMatch(CONTROLS);
      expect(JSON.parse(text)).toMatchObject({ roles: [`r${EVIL}`] });
    });

    it.each(['fields', 'table', 'protobuf'])(
      'do not reach the terminal in any format: %s',
      async (format) => {
        const line = format === 'table' ? ['member', 'list'] : ['get', 'k', '--prefix'];
        const { text } = await shown([...lab.flags(), ...line, '-w', format]);
        expect(text).not.toMatch(CONTROLS);
        expect(text).not.toBe('');
      },
    );

    it("in a server's message are escaped", async () => {
      const server = await FakeEtcd.start({
        'KV/Range': unary(() => {
          throw status(3, `bad ${EVIL}`);
        }),
      });
      const line = ['--endpoints', server.endpoint, 'get', 'k'];
      expect(await shown(line)).toEqual({
        code: 1,
        text: expect.stringMatching(/(?:^|\n)Error: rpc error: .*bad \\x1b\[2J.*\n$/),
      });
      const { stderr } = await run(ourEtcdctl(), line);
      expect(stderr.toString()).toContain(`bad ${EVIL}`);
      server.stop();
    });
  });

  describe('the last line of an error', () => {
    it.each([
      ['no server', ['--endpoints=127.0.0.1:1', '--command-timeout=1s', 'get', 'k'], {}],
      ['no command', ['bogus'], {}],
      ['no server, colours forced', ['--endpoints=127.0.0.1:1', '--command-timeout=1s', 'get', 'k'], FORCED],
      ['no file', ['snapshot', 'status', '/none'], {}],
      ['version 2', ['--endpoints=http://127.0.0.1:1', 'get', 'k'], { ETCDCTL_API: '2' }],
      ['version 2, no server', ['--endpoints=http://127.0.0.1:1', 'ls'], { ETCDCTL_API: '2' }],
    ])(
      'is unstyled and written in one piece, while the reasons are coloured: %s',
      async (_what, args, env) => {
        const { stderr } = await run(ourEtcdctl(), args, {
          env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' },
        });
        const plain = stderr.toString().trimEnd().split('\n');
        const { text } = await shown(args, { env });
        const lines = text.trimEnd().split('\n');
        const last = lines.findIndex((line) => line.startsWith('Error: '));
        const withoutDurations = (all: string[]) => all.slice(last).join('\n').replaceAll(DURATIONS, '');
        expect(withoutDurations(lines)).toBe(withoutDurations(plain));
        for (const reason of lines.slice(0, last)) expect(reason).toMatch(COLOURED);
        expect(lines).toHaveLength(plain.length);
      },
    );
  });

  /** Runs a program as etcd's end-to-end tests do (pkg/expect): on a terminal without a size, with stdout and stderr on it. */
  describe('a test harness', () => {
    async function lines(program: Program, args: readonly string[], cwd = lab.folder) {
      const { code, text } = await shown(args, { columns: 'unset', cwd }, program);
      return { code, lines: text.split('\n').slice(0, -1) };
    }
    const etcdctl = (...args: string[]) => lines(ourEtcdctl(), [...lab.flags(), ...args]);

    it('finds the lines and JSON of etcdctl', async () => {
      expect(await etcdctl('put', 'a', 'b')).toEqual({ code: 0, lines: ['OK'] });
      expect(await etcdctl('get', 'a')).toEqual({ code: 0, lines: ['a', 'b'] });
      for (const args of [
        ['get', 'a'],
        ['member', 'list'],
        ['endpoint', 'status'],
        ['alarm', 'list'],
      ]) {
        const { lines: shownLines } = await etcdctl(...args, '-w', 'json');
        expect(shownLines).toHaveLength(1);
        expect(() => JSON.parse(shownLines[0] ?? '')).not.toThrow();
      }
      expect((await etcdctl('get', 'a', '-w', 'fields')).lines).toContain('"Count" : 1');
      expect(await etcdctl('defrag')).toEqual({
        code: 0,
        lines: [expect.stringContaining('Finished defragmenting etcd member')],
      });
      expect(await etcdctl('lock', 'l', '--', 'sh', '-c', 'exit 7')).toEqual({
        code: 7,
        lines: ['Error: exit status 7'],
      });
      expect(await etcdctl('get')).toEqual({
        code: 128,
        lines: ['Error: get command needs one argument as key and an optional argument as range_end'],
      });
    });

    it.each<[string, TerminalOptions]>([
      ['without a size', { columns: 'unset' }],
      ['of one column', { columns: 1, rows: 1 }],
      ['that is dumb', { env: { TERM: 'dumb' } }],
      ['of unknown type', { env: { TERM: '', CI: 'true' } }],
    ])('answers prompts, on a terminal %s', async (_what, options) => {
      const user = `user${++users}`;
      const running = startOnTerminal(ourEtcdctl(), [...lab.flags(), 'user', 'add', user], options);
      for (const question of [`Password of ${user}: `, `Type password of ${user} again for confirmation: `]) {
        await running.waitFor(question);
        running.send('s3cret\r');
      }
      const { code, stdout } = await running.result;
      expect([code, stdout.toString().split('\r\n')]).toEqual([
        0,
        [
          `Password of ${user}: `,
          `Type password of ${user} again for confirmation: `,
          `User ${user} created`,
          '',
        ],
      ]);
    });

    it('finds the steps of snapshots, restores, defragmentations and migrations', async () => {
      const folder = mkdtempSync(path.join(lab.folder, 'harness-'));
      const saved = await lines(ourEtcdctl(), [...lab.flags(), 'snapshot', 'save', 's.db'], folder);
      expect(saved).toMatchObject({ code: 0, lines: expect.arrayContaining(['Snapshot saved at s.db']) });
      const etcdutl = (...args: string[]) => lines(ourEtcdutl(), args, folder);
      const { lines: told } = await etcdutl('snapshot', 'status', 's.db', '-w', 'json');
      expect(JSON.parse(told[0] ?? '')).toHaveProperty('totalKey');
      const bump = ['--bump-revision=1000', '--mark-compacted'];
      for (const [args, words] of [
        [['snapshot', 'restore', 's.db', '--data-dir=d', ...bump], STEPS_OF_RESTORE],
        [['defrag', '--data-dir=d'], ['finished defragmenting directory']],
        [['migrate', '--data-dir=d', '--target-version=3.6'], ['updated storage version']],
        [
          ['migrate', '--data-dir=d', '--target-version=3.6'],
          ['storage version up-to-date\t{"storage-version": "3.6"}'],
        ],
        [
          ['migrate', '--data-dir=d', '--target-version=3.9', '--force'],
          ['forcefully set storage version\t{"storage-version": "3.9"}'],
        ],
      ] as const) {
        const result = await etcdutl(...args);
        expect(result.code, result.lines.join('\n')).toBe(0);
        for (const word of words) expect(result.lines).toContainEqual(expect.stringContaining(word));
      }
      expect((await etcdutl('migrate', '--data-dir=d', '--target-version=3')).lines.at(-1)).toBe(
        'Error: wrong target version format, expected "X.Y", got "3"',
      );
    });
  });
});

let users = 0;

/** Longer than a block of output, so that blocks end within characters. */
const TEXT = 'größer 日本語 👍🏽 שלום\tend\n'.repeat(6000);
const FORCED = { FORCE_COLOR: '1', NO_COLOR: '1' };
const COLOURED = new RegExp(`^${ESCAPE}\\[31m[^${ESCAPE}]*${ESCAPE}\\[39m$`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/;
const DURATIONS = /\d+(?:\.\d+)?[µm]?s\b/g;
const STEPS_OF_RESTORE = [
  'bumping latest revision',
  'marking revision compacted',
  'added member',
  'restored snapshot',
];
