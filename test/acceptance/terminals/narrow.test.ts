import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, run } from '../../support/lab/program.js';
import { startOnTerminal, type TerminalOptions, terminalsMissing } from '../../support/lab/terminal.js';

describe.skipIf(terminalsMissing !== undefined)(
  `terminals narrower than the output (${terminalsMissing ?? 'script'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ members: 3 });
    });
    afterAll(() => lab?.stop());

    const TABLE = ['member', 'list', '-w', 'table'];

    async function shown(args: readonly string[], options: TerminalOptions): Promise<string> {
      const { stdout } = await startOnTerminal(ourEtcdctl(), args, options).result;
      return stdout.toString().replaceAll('\r\n', '\n');
    }

    async function realTable(): Promise<string> {
      return (await run(lab.newestEtcdctl, [...lab.flags(), ...TABLE])).stdout.toString();
    }

    it.each([20, 40, 60, 80])('show a table as blocks: %d columns', async (columns) => {
      const text = await shown([...lab.flags(), ...TABLE], { columns });
      for (const line of text.split('\n')) expect(line.length).toBeLessThan(columns);
      expect(text.split('\n\n')).toHaveLength(3);
      const values = text.replaceAll(/\n +/g, '').replaceAll(/^[A-Z ]+: */gm, '');
      const cells = (await realTable()).split('\n').slice(3, 6);
      const expected = cells.map((row) =>
        row
          .split('│')
          .map((cell) => cell.trim())
          .filter(Boolean),
      );
      if (columns >= 40) expect(values.split('\n').filter(Boolean)).toEqual(expected.flat());
    });

    it.each<[string, TerminalOptions]>([
      ['a wide terminal', { columns: 200 }],
      ['a terminal whose size is not set', { columns: 'unset' }],
    ])("do not change etcdctl's table: %s", async (_name, options) => {
      expect(await shown([...lab.flags(), ...TABLE], options)).toBe(await realTable());
    });

    it("do not change etcdctl's table in a file", async () => {
      const stdout = path.join(lab.folder, 'table');
      await shown([...lab.flags(), ...TABLE], { columns: 60, redirect: { stdout } });
      expect(readFileSync(stdout, 'utf8')).toBe(await realTable());
    });

    it.each([40, 60, 80])('wrap help, but not its examples: %d columns', async (columns) => {
      const text = await shown(['endpoint', 'health', '--help'], { columns });
      const prose = text.split('\n').filter((line) => !/^ {2}(etcdctl|#) /.test(line));
      for (const line of prose) expect(line.length).toBeLessThan(columns);
      const { stdout } = await run(ourEtcdctl(), ['endpoint', 'health', '--help']);
      const words = (page: string) => page.split(/\s+/).join(' ');
      expect(words(text)).toBe(words(stdout.toString()));
    });
  },
);
