// Kills the servers and removes their data when the process that started them ends, SIGKILL included.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The shell reads commands from a pipe, which is closed when the parent process ends, also by SIGKILL.
 * It has a session of its own, so that Ctrl-C does not reach it.
 */
const script = `
folder=$1
pids=' '
while read -r verb pid; do
  case $verb in
    watch) pids="$pids$pid " ;;
    forget) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
[ "$pids" = ' ' ] || kill -9 $pids
rm -rf "$folder"
`;

/** @type {{ folder: string, send: (command: string) => void } | undefined} */
let current;

/** @returns {string} this process's folder for data and logs; removed after the process has ended */
export function labFolder() {
  return start().folder;
}

/** @param {number} pid a process to kill when this one ends */
export function watch(pid) {
  start().send(`watch ${pid}`);
}

/** @param {number} pid a process that has ended: its id can be reused */
export function forget(pid) {
  start().send(`forget ${pid}`);
}

function start() {
  if (current !== undefined) return current;
  const folder = mkdtempSync(path.join(tmpdir(), 'etcd-lab-'));
  const shell = spawn('/bin/sh', ['-c', script, 'etcd-lab-watchdog', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const { stdin } = shell;
  // Neither the shell nor its stdin, which is a socket in Node.js, may keep this process alive.
  shell.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  stdin.on('error', () => {});
  current = { folder, send: (command) => void stdin.write(`${command}\n`) };
  return current;
}
