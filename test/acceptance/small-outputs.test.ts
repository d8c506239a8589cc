/** What shells see: a reader that leaves early, a time limit from outside, and a terminal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailingServers } from '../support/lab/failures/servers.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, programAt, run } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const RUNS = 8;

describe('a command line in a shell', () => {
  const servers = new FailingServers();
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', 'k', 'x']);
  });
  afterAll(async () => {
    await lab?.stop();
    await servers.close();
  });

  const shell = (script: string, ...args: readonly string[]) => {
    const { command, leadingArgs } = ourEtcdctl();
    return run(programAt('bash'), ['-c', script, command, ...leadingArgs, ...args], { timeoutMs: 60_000 });
  };

  it.each(['grep -q x', 'head -1'])('ends with 0 in each of 8 runs before | %s', async (reader) => {
    const script = `set -o pipefail; for run in $(seq ${RUNS}); do "$0" "$@" | ${reader} > /dev/null; echo $?; done`;
    const { stdout } = await shell(script, ...lab.flags(), 'get', 'k');
    expect(stdout.toString()).toBe('0\n'.repeat(RUNS));
  });

  it('leaves the reason when timeout ends it', async () => {
    const endpoint = `127.0.0.1:${await servers.closedPort()}`;
    const script = 'timeout 3 "$0" "$@"; echo $?';
    const args = [`--endpoints=${endpoint}`, '--command-timeout=20s', 'endpoint', 'health'];
    const { stdout, stderr } = await shell(script, ...args);
    expect(stderr.toString()).toBe(`${endpoint}: connection refused\n`);
    expect(stdout.toString()).toBe('124\n');
  });

  it.skipIf(terminalsMissing !== undefined)(
    'is warned on a terminal of surplus arguments of put',
    async () => {
      const args = [...lab.flags(), 'put', 'words', 'two', 'words'];
      const onTerminal = await startOnTerminal(ourEtcdctl(), args).result;
      expect(onTerminal.stdout.toString().replaceAll('\r', '')).toBe(
        'warning: the argument "words" is ignored: quote a value with spaces\nOK\n',
      );
      const elsewhere = await run(ourEtcdctl(), args);
      expect({
        ...elsewhere,
        stdout: elsewhere.stdout.toString(),
        stderr: elsewhere.stderr.toString(),
      }).toMatchObject({
        code: 0,
        stdout: 'OK\n',
        stderr: '',
      });
    },
  );
});
