// Makes a certificate authority and certificates as kubeadm does for its etcd, without the openssl program.
// Profiles follow kubeadm's `certs` phase (cmd/kubeadm/app/util/pkiutil): names, usages, lifetimes, files.
import { createHash, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';

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
 * @property {Usage} usage server and peer certificates have the client usage too, as kubeadm's have
 * @property {string} commonName
 * @property {string} [organization]
 * @property {string[]} [dnsNames]
 * @property {string[]} [ips] IPv4 or IPv6 addresses
 * @property {Date} [notBefore] five minutes ago when absent
 * @property {Date} [notAfter] in a year when absent
 * @property {KeyAlgorithm} [algorithm]
 * @property {('server' | 'client')[]} [extendedUsages] instead of those of `usage`
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
 * @property {Authority} authority issues further certificates
 * @property {string} caCert path
 * @property {PairFiles} server
 * @property {PairFiles} peer
 * @property {PairFiles} client the healthcheck-client pair, for etcdctl on a control-plane node
 */

/**
 * @typedef {object} PkiOptions
 * @property {string} [nodeName] common name and DNS name of the server's and the peer's certificate
 * @property {string[]} [ips] addresses in addition to 127.0.0.1 and ::1
 * @property {KeyAlgorithm} [algorithm]
 */

const day = 24 * 60 * 60 * 1000;
const makeKeyPair = promisify(generateKeyPair);

/** Signature algorithms of RFC 8017 (sha256WithRSAEncryption, with a NULL) and RFC 5758 (ecdsa-with-SHA256, without). */
const signatureAlgorithms = {
  rsa: new x509.AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null }),
  ec: new x509.AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' }),
};

/**
 * Writes ca.crt, ca.key, and server.*, peer.*, healthcheck-client.* pairs.
 *
 * @param {string} dir created when it does not exist
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
 * @param {Partial<Omit<CertificateRequest, 'usage'>>} [request] valid for ten years when `notAfter` is absent
 * @returns {Promise<Authority>} a new, self-signed authority
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
 * @returns {Promise<Issued>} a new key and its certificate
 */
export async function issue(authority, request) {
  const keys = await makeKeys(request.algorithm);
  const cert = certify(authority, request, keys.publicKey);
  return { cert, key: exportKey(keys.privateKey), privateKey: keys.privateKey };
}

/**
 * @param {string} dir created when it does not exist
 * @param {string} name
 * @param {{ cert: string, key: string }} pair PEM
 * @returns {PairFiles} `name`.crt and `name`.key; only the owner may read the key
 */
export function writePair(dir, name, pair) {
  mkdirSync(dir, { recursive: true });
  const files = { cert: path.join(dir, `${name}.crt`), key: path.join(dir, `${name}.key`) };
  writeFileSync(files.cert, pair.cert);
  writeFileSync(files.key, pair.key, { mode: 0o600 });
  chmodSync(files.key, 0o600);
  return files;
}

const extendedUsageIds = { server: x509.id_kp_serverAuth, client: x509.id_kp_clientAuth };

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
  const now = Date.now();
  const { notBefore = new Date(now - 5 * 60 * 1000), notAfter = new Date(now + 365 * day) } = request;
  const algorithm = signatureAlgorithms[issuer.privateKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'];
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    // A positive DER INTEGER without leading zero bytes, unique for each certificate.
    serialNumber: toArrayBuffer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    signature: algorithm,
    issuer: toName(issuer.subject),
    validity: new x509.Validity({ notBefore, notAfter }),
    subject: toName(request),
    subjectPublicKeyInfo: AsnConvert.parse(exportPublic(publicKey), x509.SubjectPublicKeyInfo),
    extensions: new x509.Extensions(extensions(issuer, request, publicKey)),
  });
  const signature = sign('sha256', new Uint8Array(AsnConvert.serialize(tbsCertificate)), issuer.privateKey);
  const certificate = new x509.Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: toArrayBuffer(signature),
  });
  return pem('CERTIFICATE', Buffer.from(AsnConvert.serialize(certificate)));
}

/**
 * @param {Pick<Authority, 'keyId'>} issuer
 * @param {CertificateRequest} request
 * @param {KeyObject} publicKey
 */
function extensions(issuer, request, publicKey) {
  const isAuthority = request.usage === 'authority';
  const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags;
  const keyUsage = digitalSignature | keyEncipherment | (isAuthority ? keyCertSign : 0);
  const keyId = new OctetString(keyIdentifier(publicKey));
  const always = [
    extension(x509.id_ce_keyUsage, new x509.KeyUsage(keyUsage), { critical: true }),
    extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: isAuthority }), {
      critical: true,
    }),
    extension(x509.id_ce_subjectKeyIdentifier, new x509.SubjectKeyIdentifier(keyId)),
  ];
  const names = subjectAlternativeNames(request);
  if (isAuthority) return [...always, ...names];
  /** @type {('server' | 'client')[]} */
  const defaults = request.usage === 'client' ? ['client'] : ['server', 'client'];
  const usages = (request.extendedUsages ?? defaults).map((usage) => extendedUsageIds[usage]);
  const issuerId = new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(issuer.keyId) });
  return [
    ...always,
    extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage(usages)),
    extension(x509.id_ce_authorityKeyIdentifier, issuerId),
    ...names,
  ];
}

/** @param {CertificateRequest} request */
function subjectAlternativeNames({ dnsNames = [], ips = [] }) {
  const names = [
    ...dnsNames.map((dNSName) => new x509.GeneralName({ dNSName })),
    ...ips.map((iPAddress) => new x509.GeneralName({ iPAddress })),
  ];
  if (names.length === 0) return [];
  return [extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(names))];
}

/**
 * @param {string} extnID
 * @param {object} value
 * @param {{ critical?: boolean }} [options]
 */
function extension(extnID, value, { critical = false } = {}) {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** @param {Subject} subject */
function toName({ organization, commonName }) {
  const attribute = (/** @type {string} */ type, /** @type {string} */ utf8String) =>
    new x509.RelativeDistinguishedName([
      new x509.AttributeTypeAndValue({ type, value: new x509.AttributeValue({ utf8String }) }),
    ]);
  return new x509.Name([
    ...(organization === undefined ? [] : [attribute('2.5.4.10', organization)]),
    attribute('2.5.4.3', commonName),
  ]);
}

/** @param {KeyObject} publicKey */
function keyIdentifier(publicKey) {
  return createHash('sha1').update(exportPublic(publicKey)).digest();
}

/** @param {KeyObject} publicKey */
function exportPublic(publicKey) {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/**
 * @param {Buffer} bytes
 * @returns {ArrayBuffer} a copy with exactly these bytes; a Buffer's own ArrayBuffer can be larger
 */
function toArrayBuffer(bytes) {
  return new Uint8Array(bytes).buffer;
}

/**
 * @param {string} label
 * @param {Buffer} bytes
 */
function pem(label, bytes) {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
