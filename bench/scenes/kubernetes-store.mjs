// The store of a made-up Kubernetes cluster: keys of kube-apiserver, values in its envelope. The same options give the same store.
import { putAll } from './gateway.mjs';
import { startServer } from './server.mjs';

/**
 * @typedef {object} StoreOptions
 * @property {number} [keys]
 * @property {number} [bytes] of all keys and values together, more or less
 * @property {number} [seed]
 */

/**
 * @typedef {object} Resource
 * @property {string} prefix of the keys, after `/registry/`
 * @property {string} apiVersion
 * @property {string} kind
 * @property {number} share of the keys
 * @property {number} size of a value, relative to the other resources
 * @property {boolean} [isClusterWide] the keys have no namespace
 * @property {boolean} [isJson] a custom resource
 */

/** @type {Resource[]} */
const RESOURCES = [
  { prefix: 'pods', apiVersion: 'v1', kind: 'Pod', share: 25, size: 12 },
  { prefix: 'events', apiVersion: 'v1', kind: 'Event', share: 25, size: 1 },
  { prefix: 'secrets', apiVersion: 'v1', kind: 'Secret', share: 8, size: 4 },
  { prefix: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap', share: 8, size: 8 },
  { prefix: 'replicasets', apiVersion: 'apps/v1', kind: 'ReplicaSet', share: 8, size: 4 },
  { prefix: 'endpointslices', apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', share: 6, size: 2 },
  { prefix: 'services/specs', apiVersion: 'v1', kind: 'Service', share: 4, size: 2 },
  { prefix: 'services/endpoints', apiVersion: 'v1', kind: 'Endpoints', share: 4, size: 2 },
  { prefix: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment', share: 4, size: 6 },
  { prefix: 'leases', apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', share: 3, size: 0.4 },
  { prefix: 'minions', apiVersion: 'v1', kind: 'Node', share: 1, size: 16, isClusterWide: true },
  {
    prefix: 'cert-manager.io/certificates',
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    share: 3,
    size: 3,
    isJson: true,
  },
  {
    prefix: 'cert-manager.io/clusterissuers',
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    share: 1,
    size: 2,
    isClusterWide: true,
    isJson: true,
  },
];

const NAMESPACES = ['default', 'kube-system', ...Array.from({ length: 48 }, (_, index) => `team-${index}`)];
const WORDS = [
  'metadata',
  'container',
  'image',
  'status',
  'condition',
  'True',
  'policy',
  'volume',
  'port',
  'label',
];
const MAX_TRANSACTION_OPERATIONS = 128;

/**
 * The pairs, in no order of their keys.
 *
 * @param {StoreOptions} [options]
 * @returns {Generator<{ key: string, value: Buffer }, void>}
 */
export function* kubernetesPairs({ keys = 200_000, bytes = 1e9, seed = 1 } = {}) {
  const random = randomNumbers(seed);
  const text = fillText(random);
  const shares = RESOURCES.reduce((sum, { share }) => sum + share, 0);
  const averageSize = RESOURCES.reduce((sum, { share, size }) => sum + (share * size) / shares, 0);
  for (let index = 0; index < keys; index++) {
    const resource = pick(RESOURCES, random() * shares);
    const namespace = resource.isClusterWide ? '' : (NAMESPACES[below(NAMESPACES.length, random)] ?? '');
    const name = `${resource.kind.toLowerCase()}-${index.toString(36)}-${below(36 ** 5, random).toString(36)}`;
    const key = `/registry/${resource.prefix}/${namespace && `${namespace}/`}${name}`;
    const wanted = ((bytes / keys) * resource.size * (0.5 + random())) / averageSize;
    const fillBytes = Math.max(0, Math.round(wanted) - key.length - 150);
    const start = below(text.length - Math.min(fillBytes, text.length / 2), random);
    const object = {
      ...resource,
      namespace,
      name,
      uid: uuidOf(random),
      fill: text.subarray(start, start + fillBytes),
    };
    yield { key, value: resource.isJson ? jsonValue(object) : envelope(object) };
  }
}

/**
 * Writes the store to a server, in transactions that its default limits allow.
 *
 * @param {import('./gateway.mjs').Gateway} gateway
 * @param {StoreOptions} [options]
 */
export async function fillKubernetesStore(gateway, options) {
  await putAll(gateway, kubernetesPairs(options), MAX_TRANSACTION_OPERATIONS);
}

/** @typedef {Resource & { namespace: string, name: string, uid: string, fill: Buffer }} KubernetesObject */

/** `k8s\0` and runtime.Unknown with the type and the object: its metadata, and one field of text. @param {KubernetesObject} object */
function envelope({ apiVersion, kind, name, namespace, uid, fill }) {
  const labels = field(11, Buffer.concat([field(1, 'app'), field(2, kind.toLowerCase())]));
  const metadata = [field(1, name), field(3, namespace), field(5, uid), labels];
  const type = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  const object = Buffer.concat([field(1, Buffer.concat(metadata)), field(2, fill)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, object), field(3, ''), field(4, '')]);
}

/** @param {KubernetesObject} object */
function jsonValue({ apiVersion, kind, name, namespace, uid, fill }) {
  const metadata = { name, ...(namespace && { namespace }), uid };
  return Buffer.from(
    `${JSON.stringify({ apiVersion, kind, metadata, spec: { text: fill.toString('latin1') } })}\n`,
  );
}

/**
 * A length-delimited field of a protobuf message.
 *
 * @param {number} number
 * @param {string | Uint8Array} contents
 */
function field(number, contents) {
  const bytes = Buffer.from(contents);
  const header = [number * 8 + 2];
  let length = bytes.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) header.push((length % 0x80) + 0x80);
  return Buffer.concat([Buffer.from([...header, length]), bytes]);
}

/** Words and numbers, which compress about as well as the objects of a cluster. @param {() => number} random */
function fillText(random) {
  const parts = [];
  for (let bytes = 0; bytes < 2 ** 20; ) {
    const part = random() < 0.7 ? pickWord(random) : below(36 ** 6, random).toString(36);
    parts.push(part);
    bytes += part.length + 1;
  }
  return Buffer.from(parts.join(' '));
}

/** @param {() => number} random */
function pickWord(random) {
  return WORDS[below(WORDS.length, random)] ?? '';
}

/**
 * @param {Resource[]} resources
 * @param {number} position within the sum of all shares
 */
function pick(resources, position) {
  let end = 0;
  const found = resources.find(({ share }) => {
    end += share;
    return position < end;
  });
  return /** @type {Resource} */ (found ?? resources.at(-1));
}

/** @param {() => number} random */
function uuidOf(random) {
  const digits = Array.from({ length: 4 }, () =>
    below(2 ** 32, random)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * @param {number} bound
 * @param {() => number} random
 */
function below(bound, random) {
  return Math.floor(random() * bound);
}

/** mulberry32: numbers from 0 to 1 that depend on the seed only. @param {number} seed */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A server with such a store; a hundredth of it for `--quick`.
 *
 * @param {{ keys: number, bytes: number }} size
 * @returns {import('../rows/row.mjs').Scene<import('./server.mjs').Server>}
 */
export function kubernetesScene({ keys, bytes }) {
  return {
    async open({ isQuick }) {
      const server = await startServer();
      const scale = isQuick ? 100 : 1;
      await fillKubernetesStore(server.gateway, { keys: keys / scale, bytes: bytes / scale });
      return server;
    },
    close: (server) => server.stop(),
  };
}
