/** Commands that show progress, on different terminals. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HeldSnapshots, holdSnapshots } from '../../support/lab/held-snapshots.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, type Program, run } from '../../support/lab/program.js';
import {
  type OnTerminal,
  startOnTerminal,
  type TerminalOptions,
  terminalsMissing,
} from '../../support/lab/terminal.js';

/** The delay after which progress is shown. */
const DELAY_MS = 500;
/** Longer than that. */
const LONG_MS = 900;
const MAX_MEMORY_BYTES = 400 * 2 ** 20;
const ESCAPE = '\u001b';
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+m`, 'g');
/** The result lines; the version is missing when the server has just started and does not know it yet. */
const RESULT = /(?<=^|\n)Snapshot saved at \/\S+\.db\r\n(?:Server version [\d.]+\r\n)?$/;

describe.skipIf(terminalsMissing !== undefined)(`progress on a terminal ${terminalsMissing ?? ''}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', 'k', 'v']);
  });
  afterAll(() => lab?.stop());

  /** On a busy machine, progress comes later. */
  const untilShown = (running: readonly (OnTerminal | undefined)[]) =>
    Promise.all(running.map((each) => each?.waitFor('Saving')));

  /** Runs a slow `snapshot save` on each of the terminals; returns what they showed. */
  async function saveSlowly(
    terminals: readonly TerminalOptions[],
    meanwhile: (running: readonly OnTerminal[]) => unknown = () => undefined,
  ) {
    const held = await holdSnapshots(lab);
    const folder = mkdtempSync(path.join(lab.folder, 'save-'));
    const running = terminals.map((options, index) =>
      startOnTerminal(ourEtcdctl(), saveLine(held, path.join(folder, `${index}.db`)), options),
    );
    await held.held(terminals.length);
    await sleep(LONG_MS);
    await meanwhile(running);
    const memory = await Promise.all(running.map((each) => each.peakMemoryBytes()));
    held.release();
    const results = await Promise.all(running.map(({ result }) => result));
    await held.close();
    expect(readdirSync(folder)).toHaveLength(terminals.length);
    rmSync(folder, { recursive: true });
    return results.map(({ code, stdout }, index) => ({
      code,
      shown: stdout.toString(),
      isFlat: (memory[index] ?? 0) < MAX_MEMORY_BYTES,
    }));
  }

  /** Expects the results on separate lines, with no other text in them; returns the text before. */
  function expectResults({ code, shown, isFlat }: Awaited<ReturnType<typeof saveSlowly>>[number]) {
    expect({ code, isFlat }).toEqual({ code: 0, isFlat: true });
    expect(shown).toMatch(RESULT);
    return shown.replace(RESULT, '');
  }

  it('is shown when it fits, and is followed by a newline', async () => {
    const sizes = [
      ...([20, 21, 40, 80, 500].map((columns) => ({ columns, rows: 24 })) satisfies TerminalOptions[]),
      { columns: 80, rows: 1 },
      { columns: 80, rows: 0 },
    ];
    const all = await saveSlowly(sizes, untilShown);
    for (const [index, result] of all.entries()) {
      const progress = expectResults(result);
      expect(progress).toContain('Saving');
      const drawings = progress.replaceAll(COLOUR, '').split(/[\r\n]+/);
      for (const drawing of drawings) expect(drawing.length).toBeLessThan(sizes[index]?.columns ?? 0);
      // The final state of the line has no control sequences.
      expect(progress.split('\r').at(-2)).not.toContain(ESCAPE);
    }
  });

  it('is not shown when it does not fit, or when the size is unknown', async () => {
    const sizes: TerminalOptions[] = [
      { columns: 'unset' },
      { columns: 0, rows: 0 },
      { columns: 0, rows: 24 },
      { columns: 1, rows: 1 },
      { columns: 2, rows: 24 },
      { columns: 19, rows: 24 },
    ];
    const ended = await saveSlowly(sizes);
    for (const result of ended) expect(expectResults(result)).toBe('');
  });

  it('follows the environment variables about the terminal', async () => {
    const terminals: TerminalOptions[] = [
      { env: { TERM: 'dumb' } },
      { env: { TERM: '' } },
      { env: { CI: 'true' } },
      { env: { NO_COLOR: '1' } },
      { env: { NO_COLOR: '1', FORCE_COLOR: '1' } },
      { env: { LC_ALL: 'C', NO_COLOR: '1' } },
      { env: { LC_ALL: 'C.UTF-8' } },
    ];
    const silentOnes = 3;
    const [dumb, unknown, ci, plain, forced, ascii, coloured] = await saveSlowly(terminals, (running) =>
      untilShown(running.slice(silentOnes)),
    );
    for (const silent of [dumb, unknown, ci]) expect(silent && expectResults(silent)).toBe('');
    expect(plain && expectResults(plain)).toContain('Saving');
    expect(plain?.shown).not.toContain(ESCAPE);
    expect(forced && expectResults(forced)).toContain(`${ESCAPE}[36m`);
    expect(ascii && expectResults(ascii)).toMatch(/^[\r\n -~]*[-\\|/] Saving[\r\n -~]*$/);
    expect(coloured && expectResults(coloured)).toContain(`${ESCAPE}[36m⠋${ESCAPE}[39m Saving`);
  });

  it('continues when the terminal changes its size', async () => {
    const [result] = await saveSlowly([{ columns: 80, env: { NO_COLOR: '1' } }], async ([running]) => {
      await untilShown([running]);
      for (const columns of [30, 0, 5, 80]) {
        await running?.resize(columns, 24);
        await sleep(150);
      }
    });
    expect(result && expectResults(result)).toContain('Saving');
  });

  it('is not shown by a command that ends soon', async () => {
    const file = path.join(lab.folder, 'quick.db');
    const beganMs = performance.now();
    const { stdout, code } = await startOnTerminal(ourEtcdctl(), saveLine(lab, file)).result;
    const shown = stdout.toString().replace(RESULT, '');
    expect(code).toBe(0);
    // On a busy machine, it can take longer.
    if (performance.now() - beganMs < DELAY_MS) expect(shown).toBe('');
  });

  it('does not disturb commands on files, on a terminal without a size', async () => {
    const folder = mkdtempSync(path.join(lab.folder, 'files-'));
    await lab.real(['snapshot', 'save', path.join(folder, 's.db')]);
    const steps: readonly (readonly [Program, readonly string[]])[] = [
      [ourEtcdutl(), ['snapshot', 'status', 's.db']],
      [ourEtcdutl(), ['snapshot', 'verify', 's.db']],
      [ourEtcdutl(), ['hashkv', 's.db']],
      [ourEtcdutl(), ['hash', 's.db']],
      [ourEtcdctl(), ['snapshot', 'status', 's.db']],
      [ourEtcdutl(), ['snapshot', 'restore', 's.db', '--data-dir=d']],
      [ourEtcdutl(), ['defrag', '--data-dir=d']],
      [ourEtcdctl(), ['defrag', '--data-dir=d']],
      [ourEtcdutl(), ['migrate', '--data-dir=d', '--target-version=3.6']],
    ];
    for (const [program, args] of steps) {
      const options = { cwd: folder, columns: 'unset' } as const;
      const { code, stdout } = await startOnTerminal(program, args, options).result;
      expect({ args, code, shown: stdout.toString() }).toEqual({
        args,
        code: 0,
        shown: expect.stringMatching(/^(?:[ -~\t]+\r\n)+$/),
      });
    }
    const { code } = await run(ourEtcdutl(), ['snapshot', 'status', 's.db'], { cwd: folder });
    expect(code).toBe(0);
  });

  it.each(['unset', 20, 80] as const)('does not disturb backup, with columns %s', async (columns) => {
    const folder = mkdtempSync(path.join(lab.folder, 'backup-'));
    await lab.real(['snapshot', 'save', path.join(folder, 's.db')]);
    await run(ourEtcdutl(), ['snapshot', 'restore', 's.db', '--data-dir=d'], { cwd: folder });
    const steps: readonly (readonly [Program, readonly string[], string])[] = [
      [ourEtcdutl(), ['backup', '--data-dir=d', '--backup-dir=3', '--with-v3'], '3'],
      [ourEtcdctl(), ['backup', '--data-dir=d', '--backup-dir=2', '--with-v3'], '2'],
    ];
    for (const [program, args, api] of steps) {
      const options = { cwd: folder, columns, env: { ETCDCTL_API: api } };
      const { code, stdout } = await startOnTerminal(program, args, options).result;
      expect(code, stdout.toString()).toBe(0);
      expect(readdirSync(path.join(folder, api))).toContain('member');
    }
  });

  it.each(['unset', 20, 80] as const)('does not disturb make-mirror, with columns %s', async (columns) => {
    const destination = await startLab();
    try {
      const to = destination.cluster.endpoints[0] ?? '';
      const running = startOnTerminal(ourEtcdctl(), [...lab.flags(), 'make-mirror', to], { columns });
      const copied = async () => (await destination.real(['get', 'k'])).stdout.toString();
      await expect.poll(copied, { timeout: 40_000 }).toBe('k\nv\n');
      expect(await running.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
      await running.signal('SIGTERM');
      const { stdout } = await running.result;
      expect(stdout.toString()).not.toMatch(/defect|Error/);
    } finally {
      await destination.stop();
    }
  });

  it.each(['unset', 20, 80] as const)(
    'does not disturb the clean-up of check datascale, with columns %s',
    async (columns) => {
      const left = async () =>
        (
          await lab.real(['get', '/etcdctl-check-datascale/', '--prefix', '--count-only', '-w=fields'])
        ).stdout.toString();
      const running = startOnTerminal(ourEtcdctl(), [...lab.flags(), 'check', 'datascale'], { columns });
      await expect.poll(left, { timeout: 40_000 }).not.toContain('"Count" : 0\n');
      await Promise.all([running.signal('SIGTERM'), running.signal('SIGTERM')]);
      await running.result;
      expect(await left()).toContain('"Count" : 0\n');
    },
  );
});

function saveLine(server: Pick<HeldSnapshots, 'endpoints'> | Lab, file: string): string[] {
  const flags = 'endpoints' in server ? [server.endpoints] : server.flags();
  return [...flags, '--keepalive-time=60s', '--command-timeout=2m', 'snapshot', 'save', file];
}
