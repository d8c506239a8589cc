import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registerDefrag, runDefrag } from '../../../src/commands/utl/defrag.js';
import { databasePath } from '../../../src/storage/data-directory/layout.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();

describe('defrag of a directory', () => {
  it('requires --data-dir', () => {
    expect(() => parseCommand(registerDefrag, ['defrag'])).toThrow(
      expect.objectContaining({ message: 'required flag(s) "data-dir" not set', kind: 'flag' }),
    );
    expect(parseCommand(registerDefrag, ['defrag', '--data-dir=x', 'ignored'])).toEqual({
      dataDirectory: 'x',
    });
  });

  it('rewrites the database and prints the sizes before and after', async () => {
    const dataDirectory = files.dataDirectory();
    const path = databasePath(dataDirectory);
    const { ino } = statSync(path);
    const { context, emitted, lines } = fakeContext();
    await runDefrag({ dataDirectory }, context);
    expect(statSync(path).ino).not.toBe(ino);
    expect(emitted).toEqual([]);
    expect(lines).toEqual([`finished defragmenting directory ${path}: 53 kB before, 41 kB now`]);
  });

  it('fails without a database, and does not create one', async () => {
    const dataDirectory = files.path('none');
    await expect(runDefrag({ dataDirectory }, fakeContext().context)).rejects.toThrow(
      `Failed to defragment etcd data[${dataDirectory}] (stat ${dataDirectory}/member/snap/db: no such file or directory)`,
    );
    expect(readdirSync(files.folder)).toEqual([]);
  });

  it('does not change a corrupt database', async () => {
    const dataDirectory = files.dataDirectory();
    files.write('data/member/snap/db', Buffer.from('broken'));
    await expect(runDefrag({ dataDirectory }, fakeContext().context)).rejects.toThrow(
      `Failed to defragment etcd data[${dataDirectory}] (the file is not an etcd database`,
    );
    expect(readdirSync(join(dataDirectory, 'member/snap'))).toEqual(['db']);
    expect(files.read('data/member/snap/db').toString()).toBe('broken');
  });

  it('stops when the signal aborts', async () => {
    const dataDirectory = files.dataDirectory();
    const before = files.read('data/member/snap/db');
    const { context, abort } = fakeContext();
    abort(new Error('enough'));
    await expect(runDefrag({ dataDirectory }, context)).rejects.toThrow('enough');
    expect(readdirSync(join(dataDirectory, 'member/snap'))).toEqual(['db']);
    expect(files.read('data/member/snap/db').equals(before)).toBe(true);
  });
});
