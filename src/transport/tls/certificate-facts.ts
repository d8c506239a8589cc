import type { CertificateFacts, ClientCertificates } from '../../model/inspection.js';
import { TLS_FLAG_NAMES, type TlsOptions } from '../connection.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH } from '../x509/extensions.js';
import { nameText } from '../x509/name.js';
import { RootCaFile, readKeyPair } from './files.js';
import { namesOf } from './peer.js';

export function factsOf(certificate: Certificate): CertificateFacts {
  const { subject, notBefore, notAfter, extensions } = certificate;
  const { extendedKeyUsages: usages } = extensions;
  return {
    subject: nameText(subject),
    names: namesOf(certificate),
    notBeforeMs: notBefore,
    notAfterMs: notAfter,
    allowsClients:
      usages.length === 0 || usages.includes(ANY_EXTENDED_KEY_USAGE) || usages.includes(CLIENT_AUTH),
  };
}

/** The certificates in the files of the TLS flags. @throws UsageError for unusable files */
export function certificatesInFiles(options: TlsOptions): ClientCertificates {
  const { caFile, flagNames = TLS_FLAG_NAMES } = options;
  const keyPair = readKeyPair(options, flagNames);
  const roots = caFile ? new RootCaFile(caFile, flagNames) : undefined;
  return {
    ...(keyPair && {
      client: { file: keyPair.certFile, facts: factsOf(parseCertificate(keyPair.leaf.bytes)) },
    }),
    authorities:
      roots?.certificates.map((certificate) => ({ file: roots.file, facts: factsOf(certificate) })) ?? [],
  };
}
