import { describe, expect, it } from 'vitest';
import { registerMigrate, runMigrate } from '../../../src/commands/utl/migrate.js';
import { parseMinorVersion } from '../../../src/storage/backend/meta-bucket.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();
const parse = (...argv: string[]) => parseCommand(registerMigrate, ['migrate', ...argv]);

describe('migrate, parsed', () => {
  it('requires both flags', () => {
    expect(() => parse()).toThrow('required flag(s) "data-dir", "target-version" not set');
    expect(() => parse('--data-dir=d')).toThrow('required flag(s) "target-version" not set');
  });

  it.each([
    ['3.6', { major: 3, minor: 6 }],
    ['03.05', { major: 3, minor: 5 }],
    ['+3.6', undefined],
    ['4.0', { major: 4, minor: 0 }],
  ])('parses the version %s', (text, target) => {
    if (target === undefined) expect(() => parse('--data-dir=d', `--target-version=${text}`)).toThrow();
    else {
      expect(parse('--data-dir=d', `--target-version=${text}`, 'ignored')).toEqual({
        dataDirectory: 'd',
        target,
        force: false,
      });
    }
  });

  it.each([
    ['3.6.0', 'wrong target version format, expected "X.Y", got "3.6.0"'],
    ['', 'wrong target version format, expected "X.Y", got ""'],
    ['3', 'wrong target version format, expected "X.Y", got "3"'],
    ['x.y', 'failed to parse target version: strconv.ParseInt: parsing "x": invalid syntax'],
    ['3.-5', 'failed to parse target version: 3. is not in dotted-tri format'],
    [
      '3.99999999999999999999',
      'failed to parse target version: strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
    ['3.4', 'target version "3.4" not supported. Minimal "3.5"'],
  ])('rejects the version "%s"', (text, message) => {
    expect(() => parse('--data-dir=d', `--target-version=${text}`)).toThrow(
      expect.objectContaining({ message, kind: 'arguments' }),
    );
  });
});

describe('migrate', () => {
  async function migrate(dataDirectory: string, target: string, force = false) {
    const fake = fakeContext();
    const version = parseMinorVersion(target);
    if (version === undefined) throw new Error(target);
    const failure = await runMigrate({ dataDirectory, target: version, force }, fake.context).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { failure, lines: fake.lines };
  }

  it('prints what it changed', async () => {
    const directory = files.dataDirectory('3.6.14');
    expect(await migrate(directory, '3.6')).toEqual({
      failure: undefined,
      lines: ['storage version up-to-date\t{"storage-version": "3.6"}'],
    });
    expect(await migrate(directory, '3.7')).toEqual({
      failure: undefined,
      lines: ['updated storage version\t{"new-storage-version": "3.7.0", "old-storage-version": "3.6"}'],
    });
    expect((await migrate(directory, '3.9')).failure).toBe(
      'cannot create migration plan: version "3.8.0" is not supported',
    );
    const forced = await migrate(directory, '3.9', true);
    expect(forced.lines).toEqual([
      'forced despite: cannot create migration plan: version "3.8.0" is not supported',
      'forcefully set storage version\t{"storage-version": "3.9"}',
    ]);
    expect((await migrate(directory, '3.5', true)).lines).toEqual([
      expect.stringMatching(/^forced despite: /),
      'forcefully cleared storage version',
    ]);
  });

  it('fails without a database', async () => {
    expect((await migrate(files.path('none'), '3.6')).failure).toBe(
      `stat ${files.path('none')}/member/snap/db: no such file or directory`,
    );
  });
});
