/**
 * The executables for other architectures and for musl, beside the real programs: that they start, find their libraries, and do what the
 * one for this machine does. What they print is tested in full on that one.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Port, ports } from '../../../scripts/lib/ports.mjs';
import { expectSame, masks } from '../../support/lab/compare.js';
import { type Lab, references, startLab } from '../../support/lab/lab.js';
import { executableFor, portProgram } from '../../support/lab/ports.js';
import { type Program, programAt, run, start } from '../../support/lab/program.js';
import { contentsOf, mustSucceed, restoring } from '../../support/lab/restored.js';

/** Not beside the npm package, which is the same everywhere. */
const isStandalone = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';

const [reference] = references.slice(-1);
const SOME_KEYS = [
  ['put', 'a', '1'],
  ['put', 'ab', '2'],
  ['put', 'b', '3'],
];

/** Command lines whose output and exit status are the real etcdctl's. */
const LINES: readonly (readonly string[])[] = [
  ['get', 'a'],
  ['get', 'a', '--prefix', '-w', 'json'],
  ['get', '', '--from-key', '--keys-only'],
  ['get', 'a', '--hex'],
  ['get', 'a', '-w', 'fields'],
  ['get', 'a', '-w', 'protobuf'],
  ['get', 'a', '-w', 'table'],
  ['get', 'missing', '--count-only', '-w', 'fields'],
  ['get', 'a', '--rev', '9999999'],
  ['member', 'list'],
  ['member', 'list', '-w', 'table'],
  ['alarm', 'list'],
  ['lease', 'timetolive', '1234'],
  ['user', 'get', 'nobody'],
  ['get'],
  ['get', 'a', '--no-such-flag'],
  ['version'],
];

describe('the executables with glibc', () => {
  for (const port of ['x64', 'arm64'] as const) {
    const file = executableFor(port);
    it.skipIf(!isStandalone || !existsSync(file))(`need version 2.17 of it: ${port}`, () => {
      const needed = [...firstMegabyte(file).matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
      expect(Math.max(...needed)).toBe(17);
    });
  }
});

/** Where the names of the symbol versions are that an executable needs. */
function firstMegabyte(file: string): string {
  const bytes = Buffer.alloc(2 ** 20);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, bytes);
  closeSync(descriptor);
  return bytes.toString('latin1');
}

/** QEMU takes most of the time; the processor and musl have all lines each, and both together a few. */
function linesFor(port: Port): typeof LINES {
  return port === 'arm64-musl' ? LINES.slice(0, 5) : LINES;
}

for (const port of ports) {
  const found = isStandalone
    ? await portProgram(port)
    : { missing: 'the npm package is the same everywhere' };
  const isMissing = 'missing' in found;
  const title = isMissing ? `linux-${port}: not run, ${found.missing}` : `linux-${port}`;
  const { etcdctl, etcdutl } = isMissing ? { etcdctl: programAt(''), etcdutl: programAt('') } : found;

  describe.skipIf(isMissing)(title, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ profile: 'tls' });
      for (const line of SOME_KEYS) await lab.real(line);
    });
    afterAll(() => lab?.stop());
    const ours = (...args: string[]) => mustSucceed(etcdctl, [...lab.flags(), ...args]);

    it('does what the quickstart shows, over mutual TLS', async () => {
      expect(await ours('put', 'greeting', 'hello, etcd')).toBe('OK\n');
      expect(await ours('get', 'greeting')).toBe('greeting\nhello, etcd\n');
      expect(await ours('endpoint', 'health')).toContain('is healthy');
      const file = path.join(lab.folder, `${port}.db`);
      expect(await ours('snapshot', 'save', file)).toContain(`Snapshot saved at ${file}\n`);
    });

    it.each(linesFor(port).map((args) => [args.join(' '), args] as const))(
      'prints what etcdctl prints: %s',
      async (_, args) => {
        await expectSame(lab, { args, masks: [masks.jsonRaftTerm] }, etcdctl);
      },
    );

    it.each(['SIGINT', 'SIGTERM'] as const)('watches until %s', async (signal) => {
      const watchUntil = async (program: Program) => {
        const watching = start(program, [...lab.flags(), 'watch', 'watched', '--rev=1']);
        await lab.real(['put', 'watched', signal]);
        await watching.waitFor(`\n${signal}\n`);
        watching.kill(signal);
        const { code, signal: ended } = await watching.result;
        return code ?? ended;
      };
      expect(await watchUntil(etcdctl)).toBe(await watchUntil(lab.newestEtcdctl));
    });

    // QEMU hands the directory on; in a root directory of its own, the program starts elsewhere.
    it.skipIf(!port.startsWith('arm64'))('starts in a working directory that was deleted', async () => {
      const gone = path.join(lab.folder, 'gone');
      const script = `mkdir ${gone} && cd ${gone} && rmdir ${gone} && exec "$@"`;
      const line = ['-c', script, 'sh', etcdctl.command, ...etcdctl.leadingArgs, 'version'];
      expect(await mustSucceed(programAt('sh'), line)).toContain('etcdctl version');
    });

    it('reads a snapshot as etcdutl does, and restores it', async () => {
      const snapshot = path.join(lab.folder, `${port}-restored.db`);
      await ours('snapshot', 'save', snapshot);
      const before = await contentsOf(lab);
      for (const format of ['simple', 'json', 'table']) {
        const line = ['snapshot', 'status', snapshot, '-w', format];
        const real = await run(programAt(reference?.etcdutl ?? ''), line);
        expect((await run(etcdutl, line)).stdout.toString()).toBe(real.stdout.toString());
      }
      const restored = await startLab({ prepare: restoring({ snapshot, by: () => etcdutl }) });
      try {
        expect(await contentsOf(restored)).toEqual(before);
      } finally {
        await restored.stop();
      }
    });
  });
}
