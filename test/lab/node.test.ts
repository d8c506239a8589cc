import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Node } from '../support/lab/node.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'node-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function nodeWith(server: string): Node {
  return new Node({ name: 'cp-1', root, server, addresses: {}, metricsUrl: '' });
}

describe('a simulated node', () => {
  it('fails once, when it is stopped, if a server cannot be started', async () => {
    const node = nodeWith(path.join(root, 'absent'));
    const rejections: unknown[] = [];
    const count = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', count);
    try {
      node.write('etc/kubernetes/manifests/etcd.yaml', '    - etcd\n    - --name=cp-1\n');
      while (!existsSync(path.join(root, 'run/etcd.log'))) await delay(5);
      await expect(node.stop()).rejects.toMatchObject({
        message: 'the supervisor of etcd has stopped: a file or the server failed',
        cause: { message: `${path.join(root, 'absent')} cannot be started` },
      });
    } finally {
      process.off('unhandledRejection', count);
    }
    expect(rejections).toEqual([]);
  });

  it('runs nothing while the manifest is moved to and fro', async () => {
    const node = nodeWith('/bin/true');
    await node.shell(
      'for i in $(seq 100); do touch /etc/kubernetes/manifests/etcd.yaml; rm /etc/kubernetes/manifests/etcd.yaml; done',
    );
    await expect(node.stop()).resolves.toBeUndefined();
  });
});
