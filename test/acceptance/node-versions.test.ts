import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedNodeMajors, nodeMajors, nodeProgram } from '../../scripts/lib/node-versions.mjs';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../support/lab/program.js';

/** Skipped for the standalone executable, which does not use Node.js. */
const isStandalone = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';

describe.skipIf(isStandalone).each(nodeMajors)('Node %s', (major) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'tls' });
  });
  afterAll(() => lab?.stop());

  it.skipIf(!cachedNodeMajors().includes(major))(
    'connects with TLS to an IP address without a warning',
    async () => {
      const program: Program = { ...ourEtcdctl(), command: nodeProgram(major) };
      const file = join(lab.folder, `${major}.db`);
      const [endpoints = ''] = lab.flags();
      expect(endpoints).toMatch(/^--endpoints=https:\/\/127\.0\.0\.1:\d+$/);
      for (const [args, stdout] of [
        [['put', 'k', major], 'OK\n'],
        [['get', 'k'], `k\n${major}\n`],
        [['endpoint', 'health'], expect.stringContaining('is healthy')],
        [['snapshot', 'save', file], expect.stringContaining(`Snapshot saved at ${file}\n`)],
      ] as const) {
        const result = await run(program, [...lab.flags(), ...args]);
        expect(result.stderr.toString()).toBe('');
        expect(result.stdout.toString()).toEqual(stdout);
        expect(result.code).toBe(0);
      }
      rmSync(file);
    },
  );
});
