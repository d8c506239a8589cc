// Recognises etcd's programs in a folder by running them.
import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { capture, isExecutable } from '../command.mjs';

/**
 * One version of the real programs. Paths are absolute. etcdutl exists from 3.5 on.
 *
 * @typedef {object} Reference
 * @property {string} version such as `3.7.1`
 * @property {string} source the origin of the programs, for printed lines
 * @property {string} etcd
 * @property {string} [etcdctl]
 * @property {string} [etcdutl]
 */

/** @typedef {'etcd' | 'etcdctl' | 'etcdutl'} ProgramName */

/** @type {Record<ProgramName, { args: string[], version: RegExp }>} */
const versionCommands = {
  etcd: { args: ['--version'], version: /^etcd Version: (\d+\.\d+\.\d+\S*)/m },
  etcdctl: { args: ['version'], version: /^etcdctl version: (\d+\.\d+\.\d+\S*)/m },
  etcdutl: { args: ['version'], version: /^etcdutl version: (\d+\.\d+\.\d+\S*)/m },
};

/**
 * @param {string} folder
 * @param {string} source
 * @returns {Promise<Reference | undefined>} undefined when the folder has no etcd server that runs on this machine
 */
export async function inspectFolder(folder, source) {
  const [etcd, etcdctl, etcdutl] = await Promise.all([
    versionOf(folder, 'etcd'),
    versionOf(folder, 'etcdctl'),
    versionOf(folder, 'etcdutl'),
  ]);
  if (etcd === undefined) return undefined;
  return {
    version: etcd,
    source,
    etcd: path.join(folder, 'etcd'),
    ...(etcdctl === etcd && { etcdctl: path.join(folder, 'etcdctl') }),
    ...(etcdutl === etcd && { etcdutl: path.join(folder, 'etcdutl') }),
  };
}

/**
 * The environment for etcd's programs: this one without ETCD_* and ETCDCTL_* variables, which would act as flags.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function plainEnvironment() {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG'].filter((name) => process.env[name] !== undefined);
  const env = Object.fromEntries(kept.map((name) => [name, process.env[name]]));
  // etcd 3.4 refuses to run on arm64 without this variable (etcdmain/etcd.go, checkSupportArch).
  return process.arch === 'arm64' ? { ...env, ETCD_UNSUPPORTED_ARCH: 'arm64' } : env;
}

/**
 * @param {string} folder
 * @param {ProgramName} name
 * @returns {Promise<string | undefined>}
 */
async function versionOf(folder, name) {
  const program = path.join(folder, name);
  if (!isExecutable(program) || isScript(program)) return undefined;
  const { args, version } = versionCommands[name];
  const env = { ...plainEnvironment(), ETCDCTL_API: '3' };
  const result = await capture(program, args, { env, timeoutMs: 10_000 });
  return version.exec(result.stdout)?.[1];
}

/**
 * Recognises this project's own etcdctl, which can be on PATH and prints the same version line: it is a script, the real
 * program never is.
 *
 * @param {string} program
 */
function isScript(program) {
  const start = Buffer.alloc(2);
  const file = openSync(program, 'r');
  try {
    readSync(file, start, 0, 2, 0);
  } finally {
    closeSync(file);
  }
  return start.toString('latin1') === '#!';
}
