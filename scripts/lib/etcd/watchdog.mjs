// Ends the servers and removes their data when the process that started them ends, however it ends.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The shell reads commands from a pipe whose other end closes with the parent process, SIGKILL included.
 * Its own session keeps it out of reach of Ctrl-C.
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

/** @type {{ folder: string, tell: (command: string) => void } | undefined} */
let current;

/**
 * @returns {string} a folder of this process for data and logs; removed when the process has ended
 */
export function labFolder() {
  return start().folder;
}

/** @param {number} pid killed when this process ends */
export function watch(pid) {
  start().tell(`watch ${pid}`);
}

/** @param {number} pid has ended */
export function forget(pid) {
  start().tell(`forget ${pid}`);
}

function start() {
  if (current !== undefined) return current;
  const folder = mkdtempSync(path.join(tmpdir(), 'etcd-lab-'));
  const shell = spawn('/bin/sh', ['-c', script, 'etcd-lab-watchdog', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const { stdin } = shell;
  // A pipe that is a socket to Node; neither it nor the shell may keep the process alive.
  shell.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  stdin.on('error', () => {});
  current = { folder, tell: (command) => void stdin.write(`${command}\n`) };
  return current;
}
