import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { type CompiledCode, cacheFolder, readCompiled, writeCompiled } from './code-cache.js';

/** The bundle of src/process.ts beside this file: a function of a CommonJS module, named after its contents. */
declare const PROGRAM_FILE: string;

type Program = typeof import('../process.js');

/** The process as the launcher needs it. */
type Host = NodeJS.Process;

/** Runs the bundled program under one of its two names, and ends the process. */
export async function launch(name: Parameters<Program['runProcess']>[0], host: Host): Promise<void> {
  const kept = keptCode(host);
  let isRemote = false;
  const load = createRequire(__filename);
  const noting = (module: string) => {
    if (module === 'node:net' || module === 'node:tls') isRemote = true;
    return load(module);
  };
  const { script, program } = loadProgram(noting, kept.code);
  await program.runProcess(name, host);
  const extent = isRemote ? 'remote' : 'local';
  const isWider = kept.code?.extent !== 'remote' && isRemote;
  if (kept.code === undefined || script.cachedDataRejected || isWider) {
    kept.keep({ extent, bytes: script.createCachedData() });
  }
  host.exit();
}

function loadProgram(require: (module: string) => unknown, code: CompiledCode | undefined) {
  const filename = join(__dirname, PROGRAM_FILE);
  // The bundle is ASCII.
  const source = readFileSync(filename, 'latin1');
  const script = new Script(source, { filename, ...(code && { cachedData: code.bytes }) });
  const module = { exports: {} };
  script.runInThisContext()(module, module.exports, require);
  return { script, program: module.exports as Program };
}

/** Where compiled code is kept, if anywhere. */
function keptCode({ env, version, arch, getuid }: Host) {
  const uid = getuid?.();
  const folder = cacheFolder({ env, uid });
  if (folder === undefined || uid === undefined) return { code: undefined, keep: () => {} };
  const name = `${PROGRAM_FILE}-${version}-${arch}`;
  return {
    code: readCompiled(folder, name, uid),
    keep: (code: CompiledCode) => writeCompiled(folder, name, code),
  };
}
