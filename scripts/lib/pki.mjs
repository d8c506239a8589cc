// A certificate authority and certificates like those kubeadm makes for its etcd, without openssl.
// Profiles follow kubeadm's `certs` phase (cmd/kubeadm/app/util/pkiutil): names, usages, lifetimes, files.
import { createHash, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import * as der from './der.mjs';

/** @typedef {import('node:crypto').KeyObject} KeyObject */
/** @typedef {'rsa' | 'ecdsa'} KeyAlgorithm RSA-2048, or ECDSA on P-256 */
/** @typedef {'authority' | 'server' | 'peer' | 'client'} Usage */

/**
 * @typedef {object} Subject
 * @property {string} commonName
 * @property {string} [organization]
 */

/**
 * @typedef {object} CertificateRequest
 * @property {Usage} usage server and peer certificates are good for clients too, as kubeadm's are
 * @property {string} commonName
 * @property {string} [organization]
 * @property {string[]} [dnsNames]
 * @property {string[]} [ips] v4 or v6
 * @property {Date} [notBefore] five minutes ago when absent
 * @property {Date} [notAfter] in a year when absent
 * @property {KeyAlgorithm} [algorithm]
 */

/**
 * @typedef {object} Issued
 * @property {string} cert PEM
 * @property {string} key PEM: PKCS#1 for RSA, SEC 1 for ECDSA, both as kubeadm writes them
 * @property {KeyObject} privateKey
 */

/** @typedef {Issued & { subject: Subject, keyId: Buffer }} Authority */

/** @typedef {{ cert: string, key: string }} PairFiles paths */

/**
 * @typedef {object} Pki
 * @property {string} dir
 * @property {Authority} authority to issue more from
 * @property {string} caCert path
 * @property {PairFiles} server
 * @property {PairFiles} peer
 * @property {PairFiles} client healthcheck-client: what a control-plane node's etcdctl uses
 */

/**
 * @typedef {object} PkiOptions
 * @property {string} [nodeName] goes into the server's and the peer's certificate
 * @property {string[]} [ips] further addresses besides 127.0.0.1 and ::1
 * @property {KeyAlgorithm} [algorithm]
 */

const day = 24 * 60 * 60 * 1000;
const makeKeyPair = promisify(generateKeyPair);

/** Extended key usages of RFC 5280 section 4.2.1.12. */
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/**
 * Writes ca.crt, ca.key, and server.*, peer.*, healthcheck-client.* pairs.
 *
 * @param {string} dir made when it does not exist
 * @param {PkiOptions} [options]
 * @returns {Promise<Pki>}
 */
export async function createPki(dir, options = {}) {
  const { nodeName = 'control-plane', algorithm = 'rsa' } = options;
  const authority = await createAuthority({ commonName: 'etcd-ca', algorithm });
  const node = {
    commonName: nodeName,
    dnsNames: [nodeName, 'localhost'],
    ips: ['127.0.0.1', '::1', ...(options.ips ?? [])],
    algorithm,
  };
  const [server, peer, client] = await Promise.all([
    issue(authority, { ...node, usage: 'server' }),
    issue(authority, { ...node, usage: 'peer' }),
    issue(authority, {
      usage: 'client',
      commonName: 'kube-etcd-healthcheck-client',
      organization: 'system:masters',
      algorithm,
    }),
  ]);
  return {
    dir,
    authority,
    caCert: writePair(dir, 'ca', authority).cert,
    server: writePair(dir, 'server', server),
    peer: writePair(dir, 'peer', peer),
    client: writePair(dir, 'healthcheck-client', client),
  };
}

/**
 * @param {Partial<Omit<CertificateRequest, 'usage'>>} [request] ten years from now when no end is given
 * @returns {Promise<Authority>} a new, self-signed one
 */
export async function createAuthority(request = {}) {
  const full = { commonName: 'etcd-ca', notAfter: new Date(Date.now() + 3650 * day), ...request };
  const keys = await makeKeys(full.algorithm);
  const keyId = keyIdentifier(keys.publicKey);
  const issuer = { subject: full, keyId, privateKey: keys.privateKey };
  const dnsNames = full.dnsNames ?? [full.commonName];
  const cert = certify(issuer, { ...full, dnsNames, usage: 'authority' }, keys.publicKey);
  return { ...issuer, cert, key: exportKey(keys.privateKey) };
}

/**
 * @param {Authority} authority
 * @param {CertificateRequest} request
 * @returns {Promise<Issued>} a new key with its certificate
 */
export async function issue(authority, request) {
  const keys = await makeKeys(request.algorithm);
  const cert = certify(authority, request, keys.publicKey);
  return { cert, key: exportKey(keys.privateKey), privateKey: keys.privateKey };
}

/**
 * @param {string} dir made when it does not exist
 * @param {string} name
 * @param {{ cert: string, key: string }} pair PEM
 * @returns {PairFiles} `name`.crt, and `name`.key which only its owner may read
 */
export function writePair(dir, name, pair) {
  mkdirSync(dir, { recursive: true });
  const files = { cert: path.join(dir, `${name}.crt`), key: path.join(dir, `${name}.key`) };
  writeFileSync(files.cert, pair.cert);
  writeFileSync(files.key, pair.key, { mode: 0o600 });
  chmodSync(files.key, 0o600);
  return files;
}

/** @param {KeyAlgorithm} [algorithm] */
function makeKeys(algorithm = 'rsa') {
  return algorithm === 'rsa'
    ? makeKeyPair('rsa', { modulusLength: 2048 })
    : makeKeyPair('ec', { namedCurve: 'P-256' });
}

/** @param {KeyObject} key */
function exportKey(key) {
  return key.asymmetricKeyType === 'rsa'
    ? key.export({ type: 'pkcs1', format: 'pem' }).toString()
    : key.export({ type: 'sec1', format: 'pem' }).toString();
}

/**
 * @param {Pick<Authority, 'subject' | 'keyId' | 'privateKey'>} issuer
 * @param {CertificateRequest} request
 * @param {KeyObject} publicKey
 * @returns {string} PEM
 */
function certify(issuer, request, publicKey) {
  const { notBefore = new Date(Date.now() - 5 * 60 * 1000), notAfter = new Date(Date.now() + 365 * day) } =
    request;
  const algorithm = signatureAlgorithm(issuer.privateKey);
  const body = der.sequence(
    der.tagged(0, der.unsignedInteger(Buffer.from([2]))),
    der.unsignedInteger(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    encodeName(issuer.subject),
    der.sequence(der.time(notBefore), der.time(notAfter)),
    encodeName(request),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(3, der.sequence(...extensions(issuer, request, publicKey))),
  );
  const signature = der.bitString(sign('sha256', body, issuer.privateKey));
  const lines =
    der
      .sequence(body, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/**
 * @param {Pick<Authority, 'keyId'>} issuer
 * @param {CertificateRequest} request
 * @param {KeyObject} publicKey
 */
function extensions(issuer, request, publicKey) {
  const isAuthority = request.usage === 'authority';
  // digitalSignature and keyEncipherment, for an authority keyCertSign too.
  const keyUsage = isAuthority
    ? der.bitString(Buffer.from([0xa4]), 2)
    : der.bitString(Buffer.from([0xa0]), 5);
  const usages = request.usage === 'client' ? [clientAuth] : [serverAuth, clientAuth];
  const names = [
    ...(request.dnsNames ?? []).map((name) => der.implicit(2, Buffer.from(name, 'latin1'))),
    ...(request.ips ?? []).map((ip) => der.implicit(7, encodeAddress(ip))),
  ];
  return [
    extension('2.5.29.15', true, keyUsage),
    ...(isAuthority
      ? []
      : [extension('2.5.29.37', false, der.sequence(...usages.map(der.objectIdentifier)))]),
    extension('2.5.29.19', true, isAuthority ? der.sequence(der.boolean(true)) : der.sequence()),
    extension('2.5.29.14', false, der.octetString(keyIdentifier(publicKey))),
    ...(isAuthority ? [] : [extension('2.5.29.35', false, der.sequence(der.implicit(0, issuer.keyId)))]),
    ...(names.length > 0 ? [extension('2.5.29.17', false, der.sequence(...names))] : []),
  ];
}

/**
 * @param {string} identifier
 * @param {boolean} isCritical
 * @param {Buffer} value
 */
function extension(identifier, isCritical, value) {
  const critical = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(identifier), ...critical, der.octetString(value));
}

/** @param {Subject} subject */
function encodeName({ organization, commonName }) {
  const attribute = (/** @type {string} */ identifier, /** @type {string} */ value) =>
    der.set(der.sequence(der.objectIdentifier(identifier), der.utf8String(value)));
  return der.sequence(
    ...(organization === undefined ? [] : [attribute('2.5.4.10', organization)]),
    attribute('2.5.4.3', commonName),
  );
}

/** @param {KeyObject} key */
function signatureAlgorithm(key) {
  return key.asymmetricKeyType === 'rsa'
    ? der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), der.nullValue())
    : der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
}

/** @param {KeyObject} publicKey */
function keyIdentifier(publicKey) {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

/**
 * @param {string} ip
 * @returns {Buffer} 4 or 16 octets
 * @throws {TypeError} when it is no address
 */
function encodeAddress(ip) {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number));
  if (!isIPv6(ip)) throw new TypeError(`not an IP address: ${ip}`);
  const [head = '', tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = new Array(8 - left.length - right.length).fill('0');
  const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
