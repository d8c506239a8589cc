import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] the whole environment; this process's environment when absent
 * @property {number} [timeoutMs] the process is killed after this time; no limit when absent
 * @property {AbortSignal | undefined} [signal] kills the process
 * @property {(text: string) => void} [onOutput] receives the output in chunks, as it arrives
 */

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok exit code 0
 * @property {string} stdout
 * @property {string} stderr the reason when the program could not be started
 */

/**
 * Runs a program until it exits, without a shell and without input. Never rejects: when the program cannot be
 * started or is killed, the result has `ok: false`.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function capture(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      signal: options.signal,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
      options.onOutput?.(text);
    });
    child.on('error', (error) => resolve({ ok: false, stdout, stderr: error.message }));
    child.on('close', (code, signal) => {
      if (signal !== null) stderr += `\n${program} was ended by ${signal}`;
      resolve({ ok: code === 0, stdout, stderr });
    });
  });
}

/**
 * @param {string} file
 * @returns {boolean} whether it is a file that the current user may execute
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * @param {string} name
 * @param {string[]} [moreFolders] searched after those on PATH
 * @returns {string | undefined} absolute path of the first program of that name
 */
export function findProgram(name, moreFolders = []) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return [...folders, ...moreFolders].map((folder) => path.join(folder, name)).find(isExecutable);
}

/**
 * @param {string} text
 * @returns {string} the last line that is not blank, as a one-line reason; '' when there is none
 */
export function lastLine(text) {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
