/** The warning about a private key that other users can read: one line on a terminal, none elsewhere. */
import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, run } from '../../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../../support/lab/terminal.js';

const WARNING = /warning: all users of this machine can read the private key .*/g;

describe('a private key that other users can read', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'tls' });
    chmodSync(lab.pki?.client.key ?? '', 0o644);
  });
  afterAll(() => lab?.stop());

  it.skipIf(terminalsMissing !== undefined)('causes one warning on a terminal', async () => {
    const { stdout, code } = await startOnTerminal(ourEtcdctl(), [...lab.flags(), 'put', 'k', 'v']).result;
    expect(stdout.toString().match(WARNING)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('causes no warning without a terminal', async () => {
    const { stdout, stderr } = await run(ourEtcdctl(), [...lab.flags(), 'get', 'k']);
    expect({ stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
      stdout: 'k\nv\n',
      stderr: '',
    });
  });

  it.skipIf(terminalsMissing !== undefined)(
    'causes no warning on a terminal once other users cannot read it',
    async () => {
      chmodSync(lab.pki?.client.key ?? '', 0o640);
      const { stdout } = await startOnTerminal(ourEtcdctl(), [...lab.flags(), 'put', 'k', 'v']).result;
      expect(stdout.toString()).not.toMatch(WARNING);
    },
  );
});
