import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, newestEtcdctl, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../../support/lab/program.js';

const COMMANDS = 200;
/** For all commands to end; each of them has the default --command-timeout of 5 s. */
const LIMIT_MS = 170_000;
/** Far more than the commands take together, which is about a gigabyte. */
const NEEDED_BYTES = 3 * 2 ** 30;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ profile: 'tls', members: 3 });
});
afterAll(() => lab.stop());

const busy: ChildProcess[] = [];
afterEach(() => {
  for (const child of busy.splice(0)) child.kill('SIGKILL');
});

/** Starts processes that use the processors all the time, twice as many as there are processors. */
function keepBusy(): void {
  for (let count = 0; count < 2 * availableParallelism(); count++) {
    busy.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  }
}

/** The same program with the lowest priority: it runs when others leave it time. */
function nice({ command, leadingArgs }: Program): Program {
  return { command: 'nice', leadingArgs: ['-n', '19', command, ...leadingArgs] };
}

/** What the commands printed that did not succeed. */
async function failuresOf(program: Program, endpoints: readonly string[], prefix: string): Promise<string[]> {
  const put = async (key: string): Promise<string[]> => {
    const { code, stderr } = await run(program, [...lab.flags(endpoints), 'put', key, 'v'], {
      timeoutMs: LIMIT_MS,
    });
    return code === 0 ? [] : [`${key} ended with ${code}: ${stderr}`];
  };
  const keys = Array.from({ length: COMMANDS }, (_, index) => `${prefix}/${index}`);
  return (await Promise.all(keys.map(put))).flat();
}

async function keysIn(prefix: string): Promise<number> {
  const { stdout } = await lab.real(['get', '--prefix', `${prefix}/`, '--keys-only', '--limit=0']);
  return stdout.toString().split('\n').filter(Boolean).length;
}

const programs = [
  { name: 'ours', program: ourEtcdctl() },
  { name: 'etcdctl', program: newestEtcdctl() },
];

const options = { timeout: 180_000, skip: totalmem() < NEEDED_BYTES };

describe.each(programs)(`${COMMANDS} commands at once: $name`, options, ({ name, program }) => {
  it.each([1, 3])('all succeed with %i endpoints', async (count) => {
    const prefix = `${name}-${count}`;
    expect(await failuresOf(program, lab.cluster.endpoints.slice(0, count), prefix)).toEqual([]);
    expect(await keysIn(prefix)).toBe(COMMANDS);
  });

  it('all succeed while other processes have priority', async () => {
    keepBusy();
    expect(await failuresOf(nice(program), lab.cluster.endpoints, `busy-${name}`)).toEqual([]);
    expect(await keysIn(`busy-${name}`)).toBe(COMMANDS);
  });
});
