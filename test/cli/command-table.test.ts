import { describe, expect, it } from 'vitest';
import type { CommandTable } from '../../src/cli/command-table.js';
import { createProgram } from '../../src/cli/program.js';
import { createEtcdctl, ETCDCTL_COMMANDS } from '../../src/etcdctl.js';
import { createEtcdutl, ETCDUTL_COMMANDS } from '../../src/etcdutl.js';

const names = ['get', 'getaway', 'put', 'hello'];

/** Which commands of a table with these names are loaded for the command line. */
async function loadedFor(argv?: readonly string[]): Promise<string[]> {
  const loaded: string[] = [];
  const table: CommandTable = Object.fromEntries(
    names.map((name) => [
      name,
      async () => {
        loaded.push(name);
        return (parent) => parent.family({ name, summary: '', flags: {} });
      },
    ]),
  );
  const program = createProgram({
    name: 'example',
    summary: '',
    globalFlags: {},
    listsGlobalFlagsApart: true,
  });
  await program.load(table, argv);
  return loaded;
}

describe('of a table of commands', () => {
  it.each([
    [['put', 'x'], ['put']],
    [['--help=false', 'pu'], ['put']],
    [['get'], ['get']],
    [['geta'], ['getaway']],
  ])('%j loads %j', async (argv, expected) => {
    expect(await loadedFor(argv)).toEqual(expected);
  });

  it.each([[[]], [['--help']], [['nope']], [['ge', 'x']], [['help', 'put']], [['he']], [['__complete', '']]])(
    '%j loads all',
    async (argv) => {
      expect(await loadedFor(argv)).toEqual(names);
    },
  );

  it('everything is loaded where there is no command line', async () => {
    expect(await loadedFor()).toEqual(names);
  });
});

describe.each([
  ['etcdctl', ETCDCTL_COMMANDS, createEtcdctl],
  ['etcdutl', ETCDUTL_COMMANDS, createEtcdutl],
])('the table of %s', (_program, table, create) => {
  it.each(Object.keys(table))('has %s under the name that it registers', async (name) => {
    const { commands } = (await create([name])).describe();
    const builtIn = new Set(['help', 'options']);
    expect(commands.map((command) => command.name).filter((each) => !builtIn.has(each))).toEqual([name]);
  });
});
