import { join } from 'node:path';
import { cacheFolder, readCompiled, writeCompiled } from './code-cache.js';
import { takeInheritance } from './inherited-state.js';
import { type CodeKeeper, ProgramFile } from './program-file.js';
import { requireParts } from './program-parts.js';

/** The files of the bundle of src/process.ts, in the directory of this file; scripts/build.mjs defines them. Part 0 is src/process.ts. */
declare const PROGRAM_FILES: readonly { readonly name: string; readonly parts: number }[];

type Program = typeof import('../process.js');

type Host = NodeJS.Process;

/** Runs the bundled program under one of its two names and exits the process. */
export async function launch(name: Parameters<Program['runProcess']>[0], host: Host): Promise<void> {
  try {
    await launchProgram(name, host);
  } catch (error) {
    const { systemCallText } = await import('../go/system-error.js');
    const text = systemCallText(error);
    if (text === undefined) throw error;
    host.stderr.write(`Error: ${text}\n`);
    host.exitCode = 1;
  }
  host.exit();
}

async function launchProgram(name: Parameters<Program['runProcess']>[0], host: Host): Promise<void> {
  const keeperOf = codeKeepers(host);
  const files = PROGRAM_FILES.map(
    (file) => new ProgramFile(join(__dirname, file.name), file.parts, keeperOf(file.name)),
  );
  const program = requireParts(files, (module) => require(module))(0) as Program;
  await program.runProcess(name, host, takeInheritance(host.env));
  for (const file of files) file.keep();
}

/** The code cache of each file; one that stores nothing when caching is off. */
function codeKeepers({ env, version, arch, getuid }: Host): (file: string) => CodeKeeper {
  const uid = getuid?.();
  const folder = cacheFolder({ env, uid });
  if (folder === undefined || uid === undefined) return () => ({ read: () => undefined, write: () => {} });
  return (file) => {
    const name = `${file}-${version}-${arch}`;
    return {
      read: () => readCompiled(folder, name, uid),
      write: (bytes) => writeCompiled(folder, name, bytes),
    };
  };
}
