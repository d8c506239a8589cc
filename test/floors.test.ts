import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../src');

/** Which floor a folder of `src/` is on; a file directly in `src/` is on the top floor. */
const FLOORS: Readonly<Record<string, number>> = {
  go: 0,
  model: 0,
  runtime: 0,
  wire: 1,
  values: 1,
  transport: 2,
  storage: 2,
  printers: 2,
  term: 2,
  nodes: 2,
  client: 3,
  cli: 4,
  commands: 5,
  launcher: 7,
};
const TOP_FLOOR = 6;

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

interface Import {
  readonly from: string;
  readonly to: string;
}

function allImports(): Import[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((from) =>
      [...readFileSync(join(SOURCE, from), 'utf8').matchAll(IMPORT)].map(([, specifier = '']) => ({
        from,
        to: relative(SOURCE, join(SOURCE, dirname(from), specifier)),
      })),
    );
}

function folderOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

function floorOf(path: string): number {
  const folder = folderOf(path);
  return folder === '' ? TOP_FLOOR : (FLOORS[folder] ?? Number.NaN);
}

const COMMAND_SETS: readonly string[] = ['v2', 'v3', 'utl'];

/** The set of commands; nothing for what several of them share. */
function commandSetOf(path: string): string | undefined {
  const [folder, set = ''] = path.split('/');
  return folder === 'commands' && COMMAND_SETS.includes(set) ? set : undefined;
}

/** What is wrong about one import, or nothing. */
function breach({ from, to }: Import): string | undefined {
  if (to.startsWith('..')) return 'leaves src/';
  if (Number.isNaN(floorOf(from)) || Number.isNaN(floorOf(to))) return 'is not on any floor';
  if (floorOf(to) > floorOf(from)) return 'goes up';
  const isSameFolder = folderOf(from) === folderOf(to);
  if (floorOf(to) === floorOf(from) && !isSameFolder) return 'goes sideways';
  const [fromSet, toSet] = [commandSetOf(from), commandSetOf(to)];
  const isShared = folderOf(from) === 'commands' && fromSet === undefined;
  if (isShared && toSet !== undefined) return 'goes from what is shared to a command set';
  if (toSet !== undefined && fromSet !== undefined && fromSet !== toSet) return 'mixes command sets';
  return undefined;
}

describe('the floors of src/', () => {
  const imports = allImports();

  it('finds imports', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it('has imports that run only downwards, never between the folders of a floor', () => {
    const breaches = imports.flatMap((edge) => {
      const complaint = breach(edge);
      return complaint === undefined ? [] : [`${edge.from} -> ${edge.to} ${complaint}`];
    });
    expect(breaches).toEqual([]);
  });

  it.each([
    [{ from: 'model/a.ts', to: 'wire/b.js' }, 'goes up'],
    [{ from: 'printers/a.ts', to: 'transport/b.js' }, 'goes sideways'],
    [{ from: 'commands/v3/a.ts', to: 'commands/v2/b.js' }, 'mixes command sets'],
    [{ from: 'commands/kv/a.ts', to: 'commands/v3/b.js' }, 'goes from what is shared to a command set'],
    [{ from: 'cli/a.ts', to: '../test/b.js' }, 'leaves src/'],
    [{ from: 'utils/a.ts', to: 'model/b.js' }, 'is not on any floor'],
  ])('would notice %o', (edge, complaint) => {
    expect(breach(edge)).toBe(complaint);
  });

  it('has nothing at the top but the ways in', () => {
    const files = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual([
      'etcdctl-v2.ts',
      'etcdctl.ts',
      'etcdutl.ts',
      'main.ts',
      'process.ts',
    ]);
  });

  it('keeps what only main may touch out of the commands', () => {
    const offenders = readdirSync(join(SOURCE, 'commands'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /\bprocess\.|\bconsole\.|@grpc\/grpc-js|\/transport\//.test(
          readFileSync(join(SOURCE, 'commands', file), 'utf8'),
        ),
      );
    expect(offenders).toEqual([]);
  });
});
