/** Signals to programs on terminals, and hang-ups of terminals: clean-up, remaining files, exit status. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contenders, leases } from '../../support/lab/contenders.js';
import { holdSnapshots } from '../../support/lab/held-snapshots.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl } from '../../support/lab/program.js';
import { type OnTerminal, startOnTerminal, terminalsMissing } from '../../support/lab/terminal.js';

/** A shell's exit status for SIGHUP. */
const SIGHUP_STATUS = 129;

describe.skipIf(terminalsMissing !== undefined)(`on a terminal ${terminalsMissing ?? ''}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', 'k', 'v']);
    await lab.real(['user', 'add', 'root:secret']);
  });
  afterAll(() => lab?.stop());

  const onTerminal = (args: readonly string[], options: Parameters<typeof startOnTerminal>[2] = {}) =>
    startOnTerminal(ourEtcdctl(), [...lab.flags(), ...args], options);

  async function send(running: OnTerminal, signals: readonly NodeJS.Signals[]) {
    for (const signal of signals) {
      await running.signal(signal);
      await sleep(1);
    }
  }

  describe('signals', () => {
    it('end a snapshot, which leaves no files, whether one or two are sent', async () => {
      const held = await holdSnapshots(lab);
      const folder = mkdtempSync(path.join(lab.folder, 'save-'));
      const all = SIGNALS.map((signals, index) => {
        const line = [held.endpoints, '--keepalive-time=60s', '--command-timeout=2m', 'snapshot', 'save'];
        const running = startOnTerminal(ourEtcdctl(), [...line, path.join(folder, `${index}.db`)]);
        return { signals, running };
      });
      await held.held(SIGNALS.length);
      await Promise.all(all.map(({ running }) => running.waitFor('Saving')));
      expect(readdirSync(folder)).toHaveLength(SIGNALS.length);
      await Promise.all(all.map(({ signals, running }) => send(running, signals)));
      for (const { signals, running } of all) {
        const { code, stdout } = await running.result;
        const last = stdout.toString().split('\r\n').at(-2);
        expect({ signals, code, last }).toEqual({
          signals,
          code: 5,
          // The system can deliver the later signal first.
          last: expect.stringMatching(new RegExp(`^Error: .*interrupted by (?:${signals.join('|')})$`)),
        });
      }
      expect(readdirSync(folder)).toEqual([]);
      await held.close();
    });

    it('end a program immediately that is still cleaning up, when a second one comes later', async () => {
      const script = 'trap "" INT; echo held; exec sleep 60';
      const running = onTerminal(['lock', 'stubborn', '--', 'sh', '-c', script]);
      await running.waitFor('held');
      await running.signal('SIGINT');
      // Much longer than the second within which signals are one request: a busy machine can deliver the first one late.
      await sleep(3_000);
      await running.signal('SIGINT');
      expect((await running.result).code).toBe(130);
    });

    it('end a check, which deletes its keys and reports that it was interrupted', async () => {
      const running = onTerminal(['check', 'perf']);
      await running.waitFor('Writing');
      await send(running, ['SIGINT', 'SIGINT']);
      const { code, stdout } = await running.result;
      expect([code, stdout.toString()]).toEqual([
        1,
        expect.stringMatching(/\r\nFAIL: interrupted after \d+ of 60 seconds\r\n(?:.*\r\n){3}FAIL\r\n$/),
      ]);
      const { stdout: left } = await lab.real(['get', '/etcdctl-check-perf/', '--prefix', '--keys-only']);
      expect(left.toString()).toBe('');
    });

    it.each([
      [['SIGTERM', 'SIGTERM'], 0],
      [['SIGHUP', 'SIGHUP'], SIGHUP_STATUS],
    ] as const)('%j release a lock and end a candidacy', async (signals, code) => {
      const name = `freed-${code}`;
      const lock = onTerminal(['lock', name]);
      const elect = onTerminal(['elect', `${name}-election`, 'me']);
      await Promise.all([lock.waitFor(`${name}/`), elect.waitFor('me\r\n')]);
      await Promise.all([lock, elect].map((running) => send(running, signals)));
      for (const running of [lock, elect]) expect((await running.result).code).toBe(code);
      expect([await contenders(lab, name), await contenders(lab, `${name}-election`)]).toEqual([[], []]);
    });

    it('at a prompt leave the terminal settings unchanged', async () => {
      const script = 'stty -g; "$@"; echo "code $?"; stty -g';
      const program = ourEtcdctl();
      const line = [program.command, ...program.leadingArgs, ...lab.flags(), 'user', 'add', 'somebody'];
      const running = startOnTerminal({ command: 'sh', leadingArgs: ['-c', script, 'sh'] }, line);
      await running.waitFor('Password of somebody: ');
      running.send('\u0003');
      await running.waitFor('code ');
      const [before, ...rest] = (await running.result).stdout.toString().trim().split('\r\n');
      expect(rest.at(-1)).toBe(before);
      expect(rest).toContain('code 130');
    });
  });

  describe('a hang-up', () => {
    it.each([
      ['a question', ['user', 'add', 'somebody'], 'Password of somebody: '],
      ['a question for the login', ['--user=root', 'get', 'k'], 'Password: '],
      ['txn -i', ['txn', '-i'], 'compares:'],
      ['watch', ['watch', 'k', '--rev=1'], 'PUT'],
      ['elect', ['elect', 'hung', 'me'], 'me'],
      ['lock', ['lock', 'hung-lock'], 'hung-lock/'],
    ])('ends %s by SIGHUP, without an abort', async (_what, args, sign) => {
      const running = onTerminal(args, { leader: 'shell' });
      await running.waitFor(sign);
      running.hangUp();
      await running.gone();
      expect(running.exitStatus()).toBe(SIGHUP_STATUS);
    });

    it('ends watch -i', async () => {
      const running = onTerminal(['watch', '-i'], { leader: 'shell' });
      running.send('watch k --rev=1\n');
      await running.waitFor('PUT');
      running.hangUp();
      await running.gone();
      expect(running.exitStatus()).toBe(SIGHUP_STATUS);
    });

    it('ends a snapshot, which leaves no files', async () => {
      const held = await holdSnapshots(lab);
      const folder = mkdtempSync(path.join(lab.folder, 'hung-'));
      const line = [
        held.endpoints,
        '--keepalive-time=60s',
        '--command-timeout=2m',
        'snapshot',
        'save',
        path.join(folder, 's.db'),
      ];
      const running = startOnTerminal(ourEtcdctl(), line, { leader: 'shell' });
      await running.waitFor('Saving');
      running.hangUp();
      await running.gone();
      expect(running.exitStatus()).toBe(5);
      expect(readdirSync(folder)).toEqual([]);
      await held.close();
    });

    it('ends a lock, its command, and the lease', async () => {
      const file = path.join(lab.folder, 'child');
      const before = await leases(lab);
      const script = `trap 'echo hung up >>${file}; exit' HUP; echo $$ >${file}; while :; do sleep 0.05; done`;
      const running = onTerminal(['lock', 'under', '--', 'sh', '-c', script]);
      const child = await vi.waitUntil(() => firstLine(file), { timeout: 40_000, interval: 50 });
      running.hangUp();
      await running.gone();
      expect(readFileSync(file, 'utf8')).toBe(`${child}\nhung up\n`);
      expect(() => process.kill(Number(child), 0)).toThrow();
      expect(await contenders(lab, 'under')).toEqual([]);
      expect((await leases(lab)).filter((lease) => !before.includes(lease))).toEqual([]);
    });
  });
});

/** Signals to send; a second one follows after a millisecond. */
const SIGNALS: readonly (readonly NodeJS.Signals[])[] = [
  ['SIGINT'],
  ['SIGTERM'],
  ['SIGHUP'],
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGINT'],
  ['SIGHUP', 'SIGHUP', 'SIGTERM'],
];

function firstLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n').at(0) || undefined;
  } catch {
    return undefined;
  }
}
