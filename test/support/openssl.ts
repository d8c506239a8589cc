/** Makes certificates of all kinds with the openssl program, including invalid ones. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** False when openssl is missing, or is another implementation, such as LibreSSL, whose options differ. */
export const hasOpenssl = /^OpenSSL 3/.test(
  spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '',
);

/** Arguments of `openssl genpkey`. */
const KEYS = {
  p224: ['EC', 'ec_paramgen_curve:P-224'],
  p256: ['EC', 'ec_paramgen_curve:P-256'],
  p384: ['EC', 'ec_paramgen_curve:P-384'],
  p521: ['EC', 'ec_paramgen_curve:P-521'],
  secp256k1: ['EC', 'ec_paramgen_curve:secp256k1'],
  ed25519: ['ED25519'],
  rsa512: ['RSA', 'rsa_keygen_bits:512'],
  rsa1024: ['RSA', 'rsa_keygen_bits:1024'],
  rsa2048: ['RSA', 'rsa_keygen_bits:2048'],
  rsa4096: ['RSA', 'rsa_keygen_bits:4096'],
} as const satisfies Record<string, readonly [algorithm: string, option?: string]>;

export type KeyKind = keyof typeof KEYS;

export interface Issued {
  readonly name: string;
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** The name of the files, and the common name when `subject` is absent. */
  readonly name: string;
  /** Such as `/CN=x/O=y`; `/` is the empty name. */
  readonly subject?: string;
  /** Self-signed when absent. */
  readonly issuer?: Issued;
  /** The kind of a new key, or an existing one; P-256 when absent. */
  readonly key?: KeyKind | Issued;
  /** Lines of an openssl extension file; without any, the certificate is X.509 version 1. */
  readonly extensions?: readonly string[];
  /** `sha256` when absent. */
  readonly digest?: string;
  readonly serialNumber?: number;
  /** Further arguments of `openssl x509`. */
  readonly options?: readonly string[];
  /** Such as `20200101000000Z`; thirty days from now when absent. */
  readonly validity?: readonly [notBefore: string, notAfter: string];
}

export const CA = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'] as const;

export const PAST = ['20200101000000Z', '20210101000000Z'] as const;
export const FUTURE = ['20990101000000Z', '20991231000000Z'] as const;

/** The extensions of a server certificate with these subject alternative names. */
export function serverFor(...names: readonly string[]): string[] {
  return ['basicConstraints=CA:FALSE', `subjectAltName=${names.join(',')}`];
}

/** Makes keys and certificates as files in one folder. */
export class Openssl {
  readonly #folder: string;
  readonly #keys = new Map<KeyKind, string>();
  #serial = 4096;

  constructor(folder: string) {
    this.#folder = folder;
    writeFileSync(this.path('ca.cnf'), CA_CONFIGURATION);
    writeFileSync(this.path('index.txt'), '');
  }

  path(name: string): string {
    return path.join(this.#folder, name);
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** Writes a file with the certificates of `parts`, in this order. */
  chain(name: string, ...parts: readonly Issued[]): string {
    return this.write(`${name}.chain.pem`, parts.map(({ cert }) => readFileSync(cert, 'latin1')).join(''));
  }

  run(...args: readonly string[]): string {
    return execFileSync('openssl', args, {
      cwd: this.#folder,
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Returns a key file. Without `name`, all callers get the same key of this kind, because making keys takes time. */
  key(kind: KeyKind, name?: string): string {
    const known = name === undefined ? this.#keys.get(kind) : undefined;
    if (known !== undefined) return known;
    const file = this.path(`${name ?? kind}.key`);
    const [algorithm, option]: readonly [string, string?] = KEYS[kind];
    this.run('genpkey', '-algorithm', algorithm, ...(option ? ['-pkeyopt', option] : []), '-out', file);
    if (name === undefined) this.#keys.set(kind, file);
    return file;
  }

  issue({ name, subject = `/CN=${name}`, issuer, key = 'p256', ...request }: CertificateRequest): Issued {
    const issued = {
      name,
      cert: this.path(`${name}.pem`),
      key: typeof key === 'string' ? this.key(key, `${name}-${key}`) : key.key,
    };
    const csr = this.path(`${name}.csr`);
    this.run(
      'req',
      '-new',
      '-key',
      issued.key,
      '-subj',
      subject,
      '-config',
      this.path('ca.cnf'),
      '-out',
      csr,
    );
    const extensions = this.write(`${name}.ext`, (request.extensions ?? []).join('\n'));
    const signer = issuer ?? issued;
    if (request.validity) this.#signWithDates(csr, issued, { ...request, signer, extensions });
    else this.#sign(csr, issued, { ...request, signer, extensions });
    return issued;
  }

  #sign(csr: string, { cert, key }: Issued, { signer, extensions, ...request }: Signing): void {
    const { digest = 'sha256', options = [], serialNumber = this.#serial++ } = request;
    const isSelfSigned = signer.cert === cert;
    // Ed25519 has no separate digest.
    const digestOption = digest === 'none' ? [] : [`-${digest}`];
    const hasExtensions = readFileSync(extensions, 'utf8') !== '';
    this.run(
      ...['x509', '-req', '-in', csr, '-out', cert, '-days', '30', '-set_serial', String(serialNumber)],
      ...(isSelfSigned ? ['-signkey', key] : ['-CA', signer.cert, '-CAkey', signer.key]),
      ...(hasExtensions ? ['-extfile', extensions] : []),
      ...digestOption,
      ...options,
    );
  }

  /** Signs with `openssl ca`, because `openssl x509` 3.0 has no options for dates. */
  #signWithDates(csr: string, { cert }: Issued, { signer, extensions, validity }: Signing): void {
    const [notBefore = '', notAfter = ''] = validity ?? [];
    const isSelfSigned = signer.cert === cert;
    this.run(
      ...['ca', '-batch', '-notext', '-config', this.path('ca.cnf'), '-in', csr, '-out', cert],
      ...['-startdate', notBefore, '-enddate', notAfter, '-extfile', extensions, '-keyfile', signer.key],
      ...(isSelfSigned ? ['-selfsign'] : ['-cert', signer.cert]),
    );
  }
}

type Signing = Pick<CertificateRequest, 'digest' | 'options' | 'validity' | 'serialNumber'> & {
  readonly signer: Issued;
  readonly extensions: string;
};

const CA_CONFIGURATION = `[ca]
default_ca = any
[any]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
unique_subject = no
policy = anything
[anything]
commonName = optional
organizationName = optional
[req]
distinguished_name = name
[name]
`;
