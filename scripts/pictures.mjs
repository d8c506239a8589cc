// `npm run pictures`: runs commands on a pseudo-terminal, against a real cluster with TLS, and writes what the terminal shows to
// docs/pictures. Only the command lines are written by hand. Needs `script` of util-linux, as the terminal tests do.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { capture, findProgram } from './lib/command.mjs';
import { startEtcd } from './lib/etcd-server.mjs';
import { root } from './lib/paths.mjs';
import { showOutput } from './lib/picture/screen.mjs';
import { drawScreen } from './lib/picture/svg.mjs';
import { THEMES } from './lib/picture/themes.mjs';
import { createAuthority, createPki, writePair } from './lib/pki.mjs';
import { loadServers } from './lib/reference.mjs';
import { missingRequirements } from './lib/requirements.mjs';

/** @typedef {Record<string, string | undefined>} Variables environment variables of the commands */

const COLUMNS = 104;
/** The width of a terminal that nobody has changed. */
const NARROW = 80;

/** The speed of the slow connection: a snapshot takes long enough to show progress. */
const BYTES_PER_SECOND = 25 * 1024 * 1024;
const VALUES = 64;
const VALUE_BYTES = 1024 * 1024;

const reason =
  findProgram('script') === undefined
    ? 'There is no `script`: install util-linux.'
    : missingRequirements('build', 'reference');
if (reason === undefined) await takePictures();
else {
  console.error(reason);
  process.exitCode = 1;
}

async function takePictures() {
  mkdirSync(path.join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(path.join(root, '.cache', 'pictures-'));
  const pki = await createPki(path.join(folder, 'pki'));
  const cluster = await startEtcd({
    program: loadServers().at(-1)?.etcd ?? '',
    tls: pki,
    clientCertAuth: true,
    members: 3,
  });
  const [first = ''] = cluster.endpoints;
  const slow = await startSlowProxy(Number(new URL(first).port));
  const folders = createFolders(folder);
  /** @type {Variables} */
  const variables = {
    PATH: `${folders.bin}:${process.env.PATH}`,
    HOME: folders.home,
    ETCDCTL_ENDPOINTS: first,
    ETCDCTL_CACERT: pki.caCert,
    ETCDCTL_CERT: pki.client.cert,
    ETCDCTL_KEY: pki.client.key,
  };
  const run = (/** @type {string} */ line, /** @type {Variables} */ more = {}) =>
    runOnTerminal(line, { ...variables, ...more, COLUMNS: String(COLUMNS) }, folders.home);
  const runNarrow = (/** @type {string} */ line) =>
    runOnTerminal(line, { ...variables, COLUMNS: String(NARROW) }, folders.home);
  try {
    await fill(variables);
    await picture('cluster', 'The members of a cluster, a key, and the hashes of the members as a table', [
      await run('etcdctl member list -w table'),
      await run('etcdctl put /config/theme dark'),
      await run('etcdctl get /config/ --prefix'),
      await run('etcdctl endpoint hashkv --cluster -w table'),
    ]);
    await picture(
      'snapshot',
      'A snapshot is saved with progress, checked, and one that is damaged is refused',
      [
        await run('etcdctl snapshot save backup.db', { ETCDCTL_ENDPOINTS: `https://127.0.0.1:${slow.port}` }),
        await run('etcdutl snapshot status backup.db -w table'),
        await run('etcdutl snapshot verify backup.db'),
      ],
    );
    flipByte(path.join(folders.home, 'backup.db'));
    await freeSpace(variables);
    await picture(
      'maintenance',
      'Members are defragmented one after another, and health is awaited',
      [
        await runNarrow('etcdctl endpoint status -w table   # the table is wider than this terminal'),
        await runNarrow('etcdctl defrag --cluster --rolling --dry-run'),
        await runNarrow('etcdctl defrag --cluster --rolling'),
        await runNarrow('etcdctl endpoint health --cluster --wait 60s'),
      ],
      NARROW,
    );
    await cluster.kill(2);
    // Time for an election, if the member was the leader.
    await delay(3000);
    await picture(
      'doctor',
      'One member of three is down: what that means, and what mends it',
      [await runNarrow('etcdctl doctor   # one of three members is down')],
      NARROW,
    );
    await writeOtherAuthority(folders.home);
    await picture('failure', 'Failures and their reasons', [
      await run('etcdutl snapshot verify backup.db   # after one byte was changed'),
      await run('etcdctl endpoint health --cluster   # one of three members is down'),
      await run('etcdctl get greeting --cacert=other-ca.crt', { ETCDCTL_CACERT: undefined }),
    ]);
    const [waiting] = await Promise.all([
      runNarrow('etcdctl endpoint health --cluster --wait 60s   # the member is being started'),
      delay(4000).then(() => cluster.restart(2)),
    ]);
    await picture('health', 'Health is awaited while a member starts', [waiting], NARROW);
  } finally {
    slow.close();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Creates `bin`, with links to the programs, and `home`, the working directory of the commands.
 *
 * @param {string} folder
 */
function createFolders(folder) {
  const bin = path.join(folder, 'bin');
  const home = path.join(folder, 'home');
  for (const each of [bin, home]) mkdirSync(each);
  for (const name of ['etcdctl', 'etcdutl'])
    symlinkSync(path.join(root, 'bin', `${name}.js`), path.join(bin, name));
  return { bin, home };
}

/**
 * @param {string} line the command line; text after ` #` is a comment
 * @param {Variables} variables of the command; `COLUMNS`: the width of its terminal
 * @param {string} cwd
 * @returns {Promise<string>} the prompt, the line and the output
 */
async function runOnTerminal(line, variables, cwd) {
  const [command = ''] = line.split(/ +# /);
  const env = { ...variables, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh' };
  const result = await capture(
    'script',
    ['-qec', `stty cols ${variables.COLUMNS} rows 30; unset COLUMNS; ${command}`, '/dev/null'],
    {
      cwd,
      env,
      timeoutMs: 60_000,
    },
  );
  const remark = line.slice(command.length);
  return `\x1b[32m$\x1b[0m \x1b[1m${command}\x1b[0m\x1b[2m${remark}\x1b[0m\r\n${result.stdout}`;
}

/**
 * Draws the same screen as on a light and on a dark terminal.
 *
 * @param {string} name
 * @param {string} title
 * @param {string[]} parts
 * @param {number} [columns] of the terminal
 */
async function picture(name, title, parts, columns = COLUMNS) {
  const output = parts.map((part) => part.trimEnd()).join('\r\n\r\n');
  for (const [theme, colors] of Object.entries(THEMES)) {
    const file = path.join(root, 'docs', 'pictures', `${name}-${theme}.svg`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, drawScreen(showOutput(output, columns), title, colors));
    console.log(path.relative(root, file));
  }
}

/** @param {Variables} variables */
async function fill(variables) {
  for (let index = 0; index < VALUES; index++) {
    const script = `head -c ${VALUE_BYTES} /dev/urandom | base64 -w 0 | head -c ${VALUE_BYTES} | etcdctl put /data/${index}`;
    const put = await capture('/bin/sh', ['-c', script], { env: variables });
    if (!put.ok) throw new Error(put.stderr);
  }
}

/**
 * Deletes the values of `fill`, so that the databases have space to free.
 *
 * @param {Variables} variables
 */
async function freeSpace(variables) {
  const script = [
    'etcdctl del /data/ --prefix',
    'etcdctl compact $(etcdctl get / -w fields | sed -n \'s/^"Revision" : //p\') --physical',
    'sleep 2',
    'etcdctl put /config/theme light',
  ].join(' && ');
  const done = await capture('/bin/sh', ['-c', script], { env: variables });
  if (!done.ok) throw new Error(done.stderr);
}

/**
 * A TCP proxy to a port that forwards at most `BYTES_PER_SECOND`.
 *
 * @param {number} target
 */
async function startSlowProxy(target) {
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    client.pipe(upstream);
    void (async () => {
      for await (const chunk of upstream) {
        if (!client.write(chunk)) await new Promise((resolve) => client.once('drain', resolve));
        await delay((chunk.length / BYTES_PER_SECOND) * 1000);
      }
      client.end();
    })().catch(() => client.destroy());
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, close: () => server.close() };
}

/** @param {string} folder receives other-ca.crt, of an authority that did not sign the servers' certificates */
async function writeOtherAuthority(folder) {
  writePair(folder, 'other-ca', await createAuthority({ commonName: 'other-ca' }));
}

/** Changes one byte in the middle of a file. @param {string} file */
function flipByte(file) {
  const middle = Math.floor(readFileSync(file).length / 2);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.from([0xff]), 0, 1, middle);
  closeSync(descriptor);
}
