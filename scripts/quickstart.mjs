// `npm run quickstart`: from a fresh clone to a snapshot of an etcd with TLS; needs only Node.js and npm.
//   --keep    leaves the server running until Ctrl-C, and prints how to connect to it
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { capture } from './lib/command.mjs';
import { startEtcd } from './lib/etcd-server.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/paths.mjs';
import { loadServers } from './lib/reference.mjs';
import { missingRequirements } from './lib/requirements.mjs';

/** @typedef {{ variables: Record<string, string>, snapshot: string }} Session `variables`: ETCDCTL_ variables to connect to the server */
/** @typedef {{ args: string[], check: (stdout: string) => string | undefined }} Step `check` returns what is wrong with the output */

const keep = process.argv.includes('--keep');
process.chdir(root);
mkdirSync('.cache', { recursive: true });
/** A path relative to the checkout, so that the printed commands are short. */
const folder = mkdtempSync('.cache/quickstart-');
/** @type {import('./lib/etcd-server.mjs').Cluster | undefined} */
let cluster;

const interruption = new AbortController();
/** With `--keep`, once the server is left to the user: Ctrl-C is then not an error. */
let isServing = false;

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    console.error(isServing ? '\nStopping the server.' : '\nInterrupted; cleaning up.');
    interruption.abort();
    void cleanUp().finally(() => process.exit(isServing ? 0 : 130));
  });
}

try {
  const missing = missingRequirements('posix');
  if (missing !== undefined) throw new Error(missing);
  await prepare();
  const session = await startServer();
  await demonstrate(session);
  if (keep) await serve(session);
} catch (error) {
  if (!interruption.signal.aborted) {
    console.error(`\nquickstart failed: ${error instanceof Error ? error.message : error}`);
  }
  process.exitCode = 1;
} finally {
  await cleanUp();
}
if (process.exitCode === undefined) {
  console.log(`
All steps succeeded, and the server is stopped. Next:
  npm run quickstart -- --keep      leaves the server running for you to try commands
  node bin/etcdctl.js help          lists the commands
  node bin/etcdctl.js --endpoints=https://HOST:2379 --cacert=CA --cert=CERT --key=KEY endpoint health`);
}

/** Installs, builds, and finds an etcd. */
async function prepare() {
  await step('Installing npm packages', async () =>
    (await ensureInstalled(interruption.signal)) ? 'done' : 'already there',
  );
  await step('Building', () => script('build.mjs'));
  await step('Looking for an etcd server', () => script('reference.mjs', '--quick'));
}

/** @returns {Promise<Session>} */
async function startServer() {
  const reference = loadServers().at(-1);
  if (reference === undefined) throw new Error('there is no etcd server to start');
  // Imported here: it needs a package that `prepare` installs.
  const { createPki } = await import('./lib/pki.mjs');
  const pki = await createPki(folder);
  cluster = await startEtcd({ program: reference.etcd, tls: pki, clientCertAuth: true });
  const variables = {
    ETCDCTL_ENDPOINTS: cluster.endpoints[0] ?? '',
    ETCDCTL_CACERT: pki.caCert,
    ETCDCTL_CERT: pki.client.cert,
    ETCDCTL_KEY: pki.client.key,
  };
  console.log(
    `- etcd ${reference.version} (${reference.source}) is running; clients need TLS and a certificate\n`,
  );
  for (const [name, value] of Object.entries(variables)) console.log(`$ export ${name}=${shellWord(value)}`);
  return { variables, snapshot: path.join(folder, 'snapshot.db') };
}

/** @param {Session} session */
async function demonstrate({ variables, snapshot }) {
  const equals = (/** @type {string} */ wanted) => (/** @type {string} */ stdout) =>
    stdout === wanted ? undefined : `it should have printed ${JSON.stringify(wanted)}`;
  /** @type {Step[]} */
  const steps = [
    { args: ['put', 'greeting', 'hello, etcd'], check: equals('OK\n') },
    { args: ['get', 'greeting'], check: equals('greeting\nhello, etcd\n') },
    {
      args: ['endpoint', 'health'],
      check: (stdout) => (stdout.includes('is healthy') ? undefined : 'the endpoint should be healthy'),
    },
    {
      args: ['snapshot', 'save', snapshot],
      check: () => (sizeOf(snapshot) > 0 ? undefined : `there should be a snapshot in ${snapshot}`),
    },
  ];
  for (const each of steps) await demonstrateOne(each, variables);
}

/**
 * Leaves the server running for the user until a signal ends this process.
 *
 * @param {Session} session
 */
async function serve({ variables }) {
  isServing = true;
  console.log(`
The server runs until you press Ctrl-C here. Then it is stopped, and its data and certificates are removed.
In another terminal:

cd ${shellWord(root)}`);
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${shellWord(value)}`);
  console.log('node bin/etcdctl.js member list -w table');
  // The server does not keep this process alive.
  for (;;) await delay(60_000, undefined, { signal: interruption.signal });
}

/**
 * @param {Step} step
 * @param {Record<string, string>} variables
 * @throws {Error} when the program fails or prints other output than expected
 */
async function demonstrateOne({ args, check }, variables) {
  console.log(`\n$ ${['node', 'bin/etcdctl.js', ...args].map(shellWord).join(' ')}`);
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('ETCDCTL_'));
  const result = await capture(process.execPath, ['bin/etcdctl.js', ...args], {
    cwd: root,
    env: { ...Object.fromEntries(others), ...variables },
    timeoutMs: 30_000,
    signal: interruption.signal,
    onOutput: (text) => void process.stdout.write(text),
  });
  if (!result.ok) throw new Error('the last command ended with an error');
  const fault = check(result.stdout);
  if (fault !== undefined) throw new Error(`unexpected output of the last command: ${fault}`);
}

/**
 * @param {string} name a script in this folder
 * @param {string[]} args
 * @throws {Error} with its output when it fails
 */
async function script(name, ...args) {
  const file = path.join(root, 'scripts', name);
  const result = await capture(process.execPath, [file, ...args], { cwd: root, signal: interruption.signal });
  if (!result.ok) throw new Error(`\n${`${result.stdout}${result.stderr}`.trim()}`);
  return 'done';
}

/**
 * @param {string} name
 * @param {() => Promise<unknown>} run returns a word about the outcome
 */
async function step(name, run) {
  const began = Date.now();
  process.stdout.write(`- ${name} ... `);
  const outcome = await run();
  console.log(`${outcome} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

async function cleanUp() {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} file */
function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** @param {string} word */
function shellWord(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
