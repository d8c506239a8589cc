/** The executables for other architectures and C libraries than this machine's, and how they run here. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findEmulator, type Port, portRoot } from '../../../scripts/lib/ports.mjs';
import { ourEtcdctl, type Program, programAt, run } from './program.js';
import { canChangeRoot, programInRoot } from './root-directory.js';

/** The program under test, or why it cannot be run. */
export type PortProgram =
  | { readonly etcdctl: Program; readonly etcdutl: Program }
  | { readonly missing: string };

/** @returns the executable for another machine that was made with the one under test; it need not exist */
export function executableFor(port: Port | 'x64'): string {
  const tested = process.env.ETCDCTL_UNDER_TEST ?? '';
  if (port === process.arch) return tested;
  // The archives of a release, unpacked in one folder.
  const inArchive = tested.replace(/-linux-[\w-]+(?=\/bin\/etcdctl$)/, `-linux-${port}`);
  return inArchive === tested ? path.join(path.dirname(tested), `linux-${port}`, 'etcdctl') : inArchive;
}

export async function portProgram(port: Port): Promise<PortProgram> {
  const file = executableFor(port);
  if (!existsSync(file)) return { missing: 'it is not built' };
  if (!existsSync(portRoot(port))) return { missing: 'npm run reference has not obtained its libraries' };
  const isEmulated = port.startsWith('arm64');
  if (isEmulated && findEmulator() === undefined) return { missing: 'there is no qemu-aarch64-static' };
  if (!isEmulated && !canChangeRoot) return { missing: 'this machine forbids to change the root directory' };
  const program = isEmulated ? emulated : inItsRoot;
  const etcdctl = program(port, file);
  const [own, other] = await Promise.all([ourEtcdctl(), etcdctl].map(commitOf));
  // One that does not start is no reason: the tests show it.
  if (own !== other && other !== undefined)
    return { missing: `it is built from commit ${other}, and the one under test from ${own}` };
  return { etcdctl, etcdutl: program(port, path.join(path.dirname(file), 'etcdutl')) };
}

/** @returns the commit from which an executable was built; undefined when it does not start */
async function commitOf(program: Program): Promise<string | undefined> {
  const ended = await run(program, ['version', '--client', '-w', 'json']).catch(() => undefined);
  return ended?.code === 0 ? JSON.parse(ended.stdout.toString()).commit : undefined;
}

/** QEMU looks for files below the root directory first, and then on the machine. */
function emulated(port: Port, file: string): Program {
  return { ...programAt(findEmulator() ?? ''), leadingArgs: ['-L', portRoot(port), file] };
}

function inItsRoot(port: Port, file: string): Program {
  return programInRoot({ folder: portRoot(port), mounts: [tmpdir(), path.dirname(file)] }, file);
}
