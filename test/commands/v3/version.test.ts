import { describe, expect, it } from 'vitest';
import { runVersion } from '../../../src/commands/v3/version.js';
import { createEtcdctl } from '../../../src/etcdctl.js';
import { createEtcdutl } from '../../../src/etcdutl.js';
import { programVersion } from '../../../src/term/program-version.js';
import { fakeContext } from '../../support/fake-context.js';

describe('version', () => {
  it('prints what etcdctl prints, and looks at no global flag', async () => {
    for (const [create, name] of [[createEtcdctl, 'etcdctl'] as const, [createEtcdutl, 'etcdutl'] as const]) {
      const args = ['version', 'surplus', '--write-out=unknown'];
      const outcome = (await create(args)).parse(args, {});
      const text = `${name} version: 3.7.1\nAPI version: 3.7\n`;
      expect(outcome.kind === 'text' && outcome.text()).toBe(text);
    }
  });

  it('prints with --client which build this is, in the format that --write-out names', async () => {
    const { context, emitted } = fakeContext();
    await runVersion({ client: true }, context);
    expect(emitted).toEqual([{ kind: 'program-version', program: programVersion('etcdctl') }]);
    for (const [create, deadline] of [[createEtcdctl, 'node'] as const, [createEtcdutl, 'files'] as const]) {
      const args = ['version', '--client'];
      const outcome = (await create(args)).parse(args, {});
      expect(outcome).toMatchObject({ invocation: { deadline, result: 'program-version' } });
    }
  });

  it('names the runtime, and no commit where nothing was built', () => {
    expect(programVersion('etcdutl')).toEqual({
      name: 'etcdutl-ts',
      version: 'unknown',
      commit: 'unknown',
      runtime: `Node.js ${process.versions.node}`,
      platform: `${process.platform}-${process.arch}`,
      compatibleWith: 'etcdutl 3.7.1',
    });
  });
});
