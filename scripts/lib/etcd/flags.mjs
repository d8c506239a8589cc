import { capture } from '../command.mjs';
import { plainEnvironment } from '../reference/programs.mjs';
import { compareVersions } from '../version.mjs';

/**
 * @typedef {object} MemberAddress
 * @property {string} name
 * @property {string} dataDir
 * @property {string} clientUrl
 * @property {string} peerUrl
 * @property {string} metricsUrl plain http, also when the client URL is https
 */

/**
 * @typedef {object} ServerSettings
 * @property {string} program
 * @property {string} version
 * @property {import('../etcd-server.mjs').ServerTls | undefined} tls
 * @property {boolean} clientCertAuth
 * @property {string | undefined} authToken
 * @property {string[]} extraArgs
 * @property {string} [joins] for a member of an existing cluster: the ETCD_INITIAL_CLUSTER that `member add` printed
 */

/**
 * @param {ServerSettings} settings
 * @param {MemberAddress} member
 * @param {MemberAddress[]} all
 * @returns {string[]} the command line of one member
 */
export function memberArgs(settings, member, all) {
  const { version, authToken, extraArgs, joins } = settings;
  const initialCluster = joins ?? all.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');
  return [
    `--name=${member.name}`,
    `--data-dir=${member.dataDir}`,
    `--listen-client-urls=${member.clientUrl}`,
    `--advertise-client-urls=${member.clientUrl}`,
    `--listen-peer-urls=${member.peerUrl}`,
    `--initial-advertise-peer-urls=${member.peerUrl}`,
    `--listen-metrics-urls=${member.metricsUrl}`,
    `--initial-cluster=${initialCluster}`,
    `--initial-cluster-state=${joins === undefined ? 'new' : 'existing'}`,
    '--logger=zap',
    '--log-level=warn',
    // Half of the defaults in a cluster, a tenth for a single member, so that elections are short.
    ...(all.length > 1 ? ['--heartbeat-interval=50', '--election-timeout=500'] : []),
    ...(all.length === 1 ? ['--heartbeat-interval=10', '--election-timeout=100'] : []),
    ...(compareVersions(version, '3.5.0') >= 0 ? ['--unsafe-no-fsync'] : []),
    // The lowest cost of bcrypt: a login takes a millisecond instead of a tenth of a second.
    '--bcrypt-cost=4',
    ...(authToken === undefined ? [] : [`--auth-token=${authToken}`]),
    ...tlsArgs(settings),
    ...extraArgs,
  ];
}

/** @param {ServerSettings} settings */
function tlsArgs({ tls, clientCertAuth }) {
  if (tls === undefined) return [];
  const args = [`--cert-file=${tls.server.cert}`, `--key-file=${tls.server.key}`];
  if (clientCertAuth) args.push('--client-cert-auth', `--trusted-ca-file=${tls.caCert}`);
  if (tls.peer !== undefined) {
    args.push(`--peer-cert-file=${tls.peer.cert}`, `--peer-key-file=${tls.peer.key}`);
    args.push('--peer-client-cert-auth', `--peer-trusted-ca-file=${tls.caCert}`);
  }
  return args;
}

/** @type {Map<string, Promise<string>>} */
const versions = new Map();

/**
 * @param {string} program an etcd server
 * @returns {Promise<string>} such as `3.7.1`
 * @throws {Error} when the program is not an etcd server
 */
export function serverVersion(program) {
  const known = versions.get(program) ?? askVersion(program);
  versions.set(program, known);
  return known;
}

/** @param {string} program */
async function askVersion(program) {
  const { stdout, stderr } = await capture(program, ['--version'], { env: plainEnvironment() });
  const version = /^etcd Version: (\S+)/m.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${program} is no etcd server: ${stderr.trim()}`);
  return version;
}
