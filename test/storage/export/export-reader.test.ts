import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkExportFile } from '../../../src/storage/export/export-reader.js';

const { signal } = new AbortController();

describe('the check of an export before it is read', () => {
  it('does not open what is no regular file: the writer of a named pipe would see its reader go', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'export-'));
    // To open a socket fails, and does not wait as that of a pipe does.
    const socket = path.join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect(await checkExportFile(socket, signal)).toBe(false);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('says why a file cannot be opened', async () => {
    await expect(checkExportFile('/none/export', signal)).rejects.toMatchObject({
      message: 'open /none/export: no such file or directory',
    });
  });
});
