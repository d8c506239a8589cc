import { describe, expect, it } from 'vitest';
import { registerBackup } from '../../../src/commands/utl/backup.js';
import { registerCheck } from '../../../src/commands/utl/check/check.js';
import { parseCommand } from '../../support/parse-command.js';

describe('backup, parsed', () => {
  const parse = (...argv: string[]) => parseCommand(registerBackup, ['backup', ...argv]);

  it('requires both directories', () => {
    expect(() => parse()).toThrow('required flag(s) "backup-dir", "data-dir" not set');
  });

  it('includes version 3 data by default', () => {
    const directories = ['--data-dir=d', '--backup-dir=b', '--wal-dir='];
    const expected = {
      dataDirectory: 'd',
      walDirectory: undefined,
      backupDirectory: 'b',
      backupWalDirectory: undefined,
      withV3: true,
    };
    expect(parse(...directories)).toEqual(expected);
    expect(parse(...directories, '--with-v3=false', '--backup-wal-dir=w')).toEqual({
      ...expected,
      backupWalDirectory: 'w',
      withV3: false,
    });
  });
});

describe('check v2store, parsed', () => {
  const parse = (...argv: string[]) => parseCommand(registerCheck, ['check', 'v2store', ...argv]);

  it('requires a data directory', () => {
    expect(() => parse('--wal-dir=w')).toThrow('required flag(s) "data-dir" not set');
    expect(parse('--data-dir=d')).toEqual({ dataDirectory: 'd', walDirectory: undefined });
  });
});
