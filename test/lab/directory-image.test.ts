import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { labFolder } from '../../scripts/lib/etcd/watchdog.mjs';
import { DirectoryImage } from '../support/lab/directory-image.js';

describe('an image of a directory', () => {
  const folder = mkdtempSync(path.join(labFolder(), 'image-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is written as an equal directory, in whose files zeros take no disk space', () => {
    const original = path.join(folder, 'original');
    const copy = path.join(folder, 'copy');
    const reserved = 10_000_001;
    mkdirSync(path.join(original, 'member', 'empty'), { recursive: true });
    const log = path.join(original, 'member', '0.wal');
    writeFileSync(log, Buffer.concat([Buffer.from('begin'), Buffer.alloc(200_000), Buffer.from('end')]));
    truncateSync(log, reserved);
    writeFileSync(path.join(original, 'secret'), 'x', { mode: 0o600 });
    writeFileSync(path.join(original, 'nothing'), '');

    new DirectoryImage(original).writeTo(copy);

    const names = readdirSync(original, { recursive: true, encoding: 'utf8' }).sort();
    expect(readdirSync(copy, { recursive: true, encoding: 'utf8' }).sort()).toEqual(names);
    for (const name of names) {
      const [one, other] = [original, copy].map((directory) => statSync(path.join(directory, name)));
      expect(other?.mode, name).toBe(one?.mode);
      if (one?.isFile()) {
        const same = readFileSync(path.join(copy, name)).equals(readFileSync(path.join(original, name)));
        expect(same, name).toBe(true);
      }
    }
    expect(statSync(path.join(copy, 'member', '0.wal')).blocks * 512).toBeLessThan(reserved / 10);
  });
});
