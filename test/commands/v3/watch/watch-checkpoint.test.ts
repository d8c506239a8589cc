import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatchCheckpoint } from '../../../../src/commands/v3/watch/watch-checkpoint.js';
import type { OutputFile } from '../../../../src/term/output-file.js';

const range = { key: Buffer.from('w/'), rangeEnd: Buffer.from('w0') };
const block = Buffer.from('PUT\nw/a\n1\n');
const next = { revision: 9n, delivered: 0 };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file with this content behind stdout. */
function output(content: string, id = '1:2'): OutputFile & { content: Buffer } {
  return {
    content: Buffer.from(content),
    id,
    get sizeBytes() {
      return this.content.length;
    },
    read(offset, length) {
      return this.content.subarray(offset, offset + length);
    },
    truncate(size) {
      this.content = this.content.subarray(0, size);
    },
  };
}

/** The checkpoint of a process that was killed while it wrote `block` after `before`. */
function killed(): string {
  const file = path.join(folder, 'c');
  const checkpoint = WatchCheckpoint.open(file, range);
  checkpoint.clusterId = 7n;
  checkpoint.record({ revision: 5n, delivered: 2 });
  checkpoint.recordOutput(block, next, output('before\n'));
  return file;
}

describe('the output at the time of a kill', () => {
  it.each([
    ['written', `before\n${block}`, 9n, `before\n${block}`, undefined],
    ['written, with more behind it', `before\n${block}other`, 9n, `before\n${block}other`, undefined],
    ['not written', 'before\n', 5n, 'before\n', undefined],
    ['written in part', 'before\nPUT\nw', 5n, 'before\n', /in part/],
    ['replaced by other lines', 'before\nother', 5n, 'before\nother', /not known/],
    ['mixed with other lines', `before\nx${block}`, 5n, `before\nx${block}`, /not known/],
    ['rotated away', '', 5n, '', /not known/],
  ])('that is %s', (_what, content, revision, left, warning) => {
    const checkpoint = WatchCheckpoint.open(killed(), range);
    const found = output(content);
    const said = checkpoint.resolvePending(found);
    expect([said, checkpoint.position?.revision, found.content.toString()]).toEqual([
      warning === undefined ? undefined : expect.stringMatching(warning),
      revision,
      left,
    ]);
  });

  it('is not known when stdout is another file, or none', () => {
    for (const stdout of [undefined, output(`before\n${block}`, '3:4')]) {
      const checkpoint = WatchCheckpoint.open(killed(), range);
      expect(checkpoint.resolvePending(stdout)).toMatch(/not known/);
      expect(checkpoint.position).toEqual({ revision: 5n, delivered: 2 });
    }
  });
});

it('ends with the position after the last block', async () => {
  const file = path.join(folder, 'd');
  const checkpoint = WatchCheckpoint.open(file, range);
  checkpoint.clusterId = 0xab7n;
  checkpoint.position = { revision: 5n, delivered: 0 };
  checkpoint.recordOutput(block, next, output(''));
  checkpoint.outputWritten(next);
  await checkpoint.end();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    kind: 'etcdctl-watch-checkpoint',
    schema: 1,
    clusterId: 'ab7',
    key: 'dy8=',
    rangeEnd: 'dzA=',
    nextRevision: '9',
    deliveredEvents: '0',
  });
});
