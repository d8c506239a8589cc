import { cacheDirectory, readCodeCache, writeCodeCache } from './code-cache.js';
import { takeInheritedState } from './inherited-state.js';
import { type CodeCache, ProgramFile } from './program-file.js';
import { createPartRequire } from './program-parts.js';

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
  const codeCacheOf = codeCaches(host);
  const files = PROGRAM_FILES.map(
    (file) => new ProgramFile(`${__dirname}/${file.name}`, file.parts, codeCacheOf(file.name)),
  );
  const program = createPartRequire(files, (module) => require(module))(0) as Program;
  await program.runProcess(name, host, takeInheritedState(host.env));
  for (const file of files) file.writeCodeCache();
}

/** The code cache of each file; one that stores nothing when caching is off. */
function codeCaches({ env, version, arch, getuid }: Host): (file: string) => CodeCache {
  const uid = getuid?.();
  const directory = cacheDirectory({ env, uid });
  if (directory === undefined || uid === undefined) return () => ({ read: () => undefined, write: () => {} });
  return (file) => {
    const name = `${file}-${version}-${arch}`;
    return {
      read: () => readCodeCache(directory, name, uid),
      write: (bytes) => writeCodeCache(directory, name, bytes),
    };
  };
}
