import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describePrograms } from '../../scripts/lib/declarations.mjs';
import { manPages } from '../../scripts/lib/man-pages.mjs';
import { exampleProgram } from '../cli/example-program.js';

const { etcdctl, etcdutl } = await describePrograms();
const version = '1.2.3';
const pages = new Map([
  ...manPages({ program: etcdctl, hasVariables: true, version }),
  ...manPages({ program: etcdutl, hasVariables: false, version }),
]);

describe('the man pages', () => {
  it('are one for each program and one for each of its commands', () => {
    const names = [etcdctl, etcdutl].flatMap(({ name, commands }) => [
      name,
      ...commands.map((command) => `${name}-${command.name}`),
    ]);
    expect([...pages.keys()].toSorted()).toEqual(names.map((name) => `${name}.1`).toSorted());
  });

  it('are all listed in package.json, from where npm installs them', () => {
    const { man } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(man.toSorted()).toEqual([...pages.keys()].map((name) => `./dist/man/${name}`).toSorted());
  });

  it('name every flag of the command and of its subcommands', () => {
    for (const command of etcdctl.commands) {
      const text = pages.get(`etcdctl-${command.name}.1`);
      for (const { name } of [command, ...command.commands].flatMap(({ flags }) => flags)) {
        expect(text).toContain(`\\fB\\-\\-${name.replaceAll('-', '\\-')}\\fR`);
      }
    }
  });

  it('escape what troff would interpret', () => {
    const program = exampleProgram();
    program.command({
      name: 'wordy',
      summary: 'Print \\n',
      description: ".TH is no macro here, nor is 'this'\n\n  .SH in an example",
      flags: {},
      deadline: 'none',
      toOptions: () => ({}),
      run: async () => {},
    });
    const page = manPages({ program: program.describe(), hasVariables: true, version }).get(
      'etcdctl-wordy.1',
    );
    expect(page).toContain('print \\en');
    expect(page).toContain('.PP\n\\&.TH is no macro here, nor is \\(aqthis\\(aq');
    expect(page).toContain('\n  .SH in an example\n');
  });
});

const hasGroff = spawnSync('groff', ['--version']).status === 0;

it.skipIf(!hasGroff)('groff formats each page without a warning', () => {
  for (const text of pages.values()) {
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-wall', '-z'], {
      input: text,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }
});
