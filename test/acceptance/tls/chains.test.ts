/** Which certificate chains are trusted, compared with the real etcdctl, on a real server whose certificate each row replaces. */
import { describe } from 'vitest';
import { CertificateLab, type CertificateRow } from '../../support/lab/certificate-table.js';
import { CA, FUTURE, type Issued, PAST, serverFor } from '../../support/openssl.js';

const pki = new CertificateLab();
const { leaf, authority, reissued, withChain } = {
  leaf: (...args: Parameters<CertificateLab['leaf']>) => pki.leaf(...args),
  authority: (...args: Parameters<CertificateLab['authority']>) => pki.authority(...args),
  reissued: (...args: Parameters<CertificateLab['reissued']>) => pki.reissued(...args),
  withChain: (...args: Parameters<CertificateLab['withChain']>) => pki.withChain(...args),
};

let count = 0;

/** An intermediate authority, with these properties, and a server certificate issued by it. */
function below(request: Parameters<CertificateLab['authority']>[1] = {}): {
  between: Issued;
  server: Issued;
} {
  const between = authority(`between${count++}`, { issuer: pki.root, ...request });
  return { between, server: leaf({ issuer: between }) };
}

/** A row whose server sends an intermediate with these properties; the client trusts the root. */
function withBetween(request: Parameters<CertificateLab['authority']>[1]): CertificateRow {
  const { between, server } = below(request);
  return withChain([server, between], pki.root);
}

/** A row whose server certificate is issued by a root with these properties. */
function withRoot(request: Parameters<CertificateLab['authority']>[1]): CertificateRow {
  const special = authority(`special${count++}`, request);
  return withChain([leaf({ issuer: special })], special);
}

const withLeaf = (...extensions: readonly string[]) =>
  withChain([leaf({ extensions: [...serverFor('IP:127.0.0.1'), ...extensions] })], pki.root);

const constrained = (constraints: string, ...names: readonly string[]): CertificateRow => {
  const between = authority(`between${count++}`, {
    issuer: pki.root,
    extensions: [...CA, `nameConstraints=${constraints}`],
  });
  const server = leaf({ issuer: between, extensions: serverFor('IP:127.0.0.1', ...names) });
  return withChain([server, between], pki.root);
};

const withoutKeyCertSign = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,digitalSignature'];
const mayDoAnything = ['basicConstraints=critical,CA:TRUE'];
const limited = (length: number) => [`basicConstraints=critical,CA:TRUE,pathlen:${length}`, CA[1]];

describe('a chain is trusted', () => {
  pki.table(true, {
    'of the root and the server': () => withChain([leaf()], pki.root),
    'with an intermediate that the server sends': () => withBetween({}),
    'with an intermediate that only the client has': () => {
      const { between, server } = below();
      return withChain([server], between, pki.root);
    },
    'up to an intermediate that is trusted': () => {
      const { between, server } = below();
      return withChain([server], between);
    },
    'up to an intermediate that is trusted, and sent too': () => {
      const { between, server } = below();
      return withChain([server, between], between);
    },
    "of the server's own certificate, which an authority has issued": () => {
      const server = leaf();
      return withChain([server], server);
    },
    'of a self-signed certificate': () => {
      const server = leaf({ issuer: undefined });
      return withChain([server], server);
    },
    'of a self-signed certificate without extensions, when nothing is verified': () => {
      const server = leaf({ issuer: undefined, extensions: [] });
      return { ...withChain([server], server), flags: ['--insecure-skip-tls-verify'] };
    },
    'sent in another order': () => {
      const { between, server } = below();
      return withChain([server, pki.root, between], pki.root);
    },
    'sent with unrelated certificates': () => {
      const { between, server } = below();
      return withChain([server, authority('unrelated'), leaf(), between], pki.root);
    },
    'of five intermediates': () => {
      const chain: Issued[] = [];
      for (let depth = 0; depth < 5; depth++) {
        chain.unshift(authority(`deep${depth}`, { issuer: chain[0] ?? pki.root, key: 'p384' }));
      }
      return withChain([leaf({ issuer: chain[0] }), ...chain], pki.root);
    },
    'of which only the authority in the middle is trusted': () => {
      const upper = authority('upper', { issuer: pki.root });
      const lower = authority('lower', { issuer: upper });
      return withChain([leaf({ issuer: lower }), lower], upper);
    },
    'by one of two roots that have both issued a certificate for the intermediate': () => {
      const other = authority('other-root', { key: 'p384' });
      const { between, server } = below();
      const crossed = reissued(between, 'crossed', { issuer: other });
      return withChain([server, between, crossed], other);
    },
    'by a renewed root with the same key': () => {
      const old = authority('root-2020', { subject: '/CN=renewed', validity: PAST });
      const renewed = authority('root-2026', { subject: '/CN=renewed', key: old });
      return withChain([leaf({ issuer: old })], old, renewed);
    },
    'by one of two roots of the same name': () => {
      const first = authority('twin-1', { subject: '/CN=twin', key: 'p384' });
      const second = authority('twin-2', { subject: '/CN=twin', key: 'p521' });
      return withChain([leaf({ issuer: second })], first, second);
    },
    'beside an authority that has expired': () =>
      withChain([leaf()], authority('expired', { key: 'p384', validity: PAST }), pki.root),
    'by a root that is listed twice': () => withChain([leaf()], pki.root, pki.root),
    'by a root of X.509 version 1': () => withRoot({ extensions: [] }),
    'by a root that allows no intermediates, and there is none': () => withRoot({ extensions: limited(0) }),
    'within the length that the root allows': () => {
      const short = authority('short', { extensions: limited(1) });
      const between = authority('between-short', { issuer: short });
      return withChain([leaf({ issuer: between }), between], short);
    },
    'when key identifiers differ': () => {
      const { between } = below({ extensions: [...CA, 'subjectKeyIdentifier=01020304'] });
      const again = reissued(between, 'other-id', {
        issuer: pki.root,
        extensions: [...CA, 'subjectKeyIdentifier=05060708'],
      });
      const extensions = [...serverFor('IP:127.0.0.1'), 'authorityKeyIdentifier=keyid'];
      return withChain([leaf({ issuer: between, extensions }), again], pki.root);
    },
    'when the server is an authority itself': () =>
      withChain([leaf({ extensions: [...mayDoAnything, 'subjectAltName=IP:127.0.0.1'] })], pki.root),
    'when the server is an authority that may only sign certificates': () => ({
      ...withChain([leaf({ extensions: [...CA, 'subjectAltName=IP:127.0.0.1'] })], pki.root),
      deliberateInExecutable: {
        why: 'BoringSSL demands the key usage digitalSignature',
        says: ": the server's certificate does not allow its key to sign, ",
      },
    }),
    'with an extension that is unknown and not critical': () => withLeaf('1.2.3.4=ASN1:UTF8String:x'),
    'without a subject': () => withChain([leaf({ subject: '/' })], pki.root),
  });
});

describe('a chain is not trusted', () => {
  pki.table(false, {
    'without its intermediate': () => withChain([below().server], pki.root),
    'of another root': () => ({
      ...withChain([leaf()], authority('stranger', { key: 'p384' })),
      reason:
        /is signed by an unknown authority, CN=root; .* has CN=stranger \(SHA-256 [0-9A-F:]{95}\): give the right CA with --cacert/,
    }),
    'of another root, whatever NODE_TLS_REJECT_UNAUTHORIZED says': () => ({
      ...withChain([leaf()], authority('stranger', { key: 'p384' })),
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    }),
    'of another root of the same name': () =>
      withChain([leaf()], authority('impostor', { subject: '/CN=root', key: 'p521' })),
    'of a self-signed certificate that is not among the roots': () =>
      withChain([leaf({ issuer: undefined })], pki.root),
    'when the certificate has expired': () => ({
      ...withChain([leaf({ validity: PAST })], pki.root),
      reason: "the server's certificate has expired",
    }),
    'before the certificate is valid': () => ({
      ...withChain([leaf({ validity: FUTURE })], pki.root),
      reason: "the server's certificate is valid only from",
    }),
    "of the server's own certificate, when it has expired": () => {
      const server = leaf({ validity: PAST });
      return withChain([server], server);
    },
    "of the server's own certificate, when it is for another host": () => {
      const server = leaf({ extensions: serverFor('IP:10.0.0.1') });
      return withChain([server], server);
    },
    'when the root has expired': () => withRoot({ validity: PAST }),
    'when the intermediate has expired': () => withBetween({ validity: PAST }),
    'when the intermediate is not valid yet': () => withBetween({ validity: FUTURE }),
    'when the intermediate is no authority': () => withBetween({ extensions: ['basicConstraints=CA:FALSE'] }),
    'when the intermediate has no basic constraints': () =>
      withBetween({ extensions: ['subjectKeyIdentifier=hash'] }),
    'when the intermediate may not sign certificates': () => withBetween({ extensions: withoutKeyCertSign }),
    'when the root may not sign certificates': () => withRoot({ extensions: withoutKeyCertSign }),
    'when the root has no basic constraints': () => withRoot({ extensions: ['subjectKeyIdentifier=hash'] }),
    'longer than the root allows': () => {
      const short = authority('shorter', { extensions: limited(0) });
      const between = authority('between-shorter', { issuer: short });
      return withChain([leaf({ issuer: between }), between], short);
    },
    'longer than an intermediate allows': () => {
      const upper = authority('upper-limit', { issuer: pki.root, extensions: limited(0) });
      const lower = authority('lower-limit', { issuer: upper });
      return withChain([leaf({ issuer: lower }), lower, upper], pki.root);
    },
    'by a root that has issued only another certificate of the intermediate': () => {
      const other = authority('elsewhere', { key: 'p384' });
      const { between, server } = below();
      reissued(between, 'not-sent', { issuer: other });
      return withChain([server, between], other);
    },
    'with a critical extension that is unknown': () => withLeaf('1.2.3.4=critical,ASN1:UTF8String:x'),
    'with a critical extension of the intermediate that is unknown': () =>
      withBetween({ extensions: [...CA, '1.2.3.4=critical,ASN1:UTF8String:x'] }),
    'with authorities that have issued each other': () => {
      const one = authority('circle-1', { key: 'p384' });
      const other = authority('circle-2', { key: 'p521' });
      const oneByOther = reissued(one, 'circle-1-by-2', { issuer: other });
      const otherByOne = reissued(other, 'circle-2-by-1', { issuer: one });
      return withChain([leaf({ issuer: one }), oneByOther, otherByOne], pki.root);
    },
  });
});

describe('for its extended key usages, a chain is trusted', () => {
  pki.table(true, {
    'of a certificate for servers': () => withLeaf('extendedKeyUsage=serverAuth'),
    'of a certificate for servers, in a critical extension': () =>
      withLeaf('extendedKeyUsage=critical,serverAuth'),
    'of a certificate for servers and more': () =>
      withLeaf('extendedKeyUsage=codeSigning,serverAuth,clientAuth'),
    'of a certificate for anything': () => withLeaf('extendedKeyUsage=anyExtendedKeyUsage'),
    'of a certificate for clients and anything': () =>
      withLeaf('extendedKeyUsage=clientAuth,anyExtendedKeyUsage'),
    'of a key with the usage digitalSignature': () => withLeaf('keyUsage=critical,digitalSignature'),
    'of an intermediate for anything': () =>
      withBetween({ extensions: [...CA, 'extendedKeyUsage=anyExtendedKeyUsage'] }),
    'of an intermediate for servers': () =>
      withBetween({ extensions: [...CA, 'extendedKeyUsage=serverAuth'] }),
  });
});

describe('for its extended key usages, a chain is not trusted', () => {
  pki.table(false, {
    'of a certificate for clients': () => withLeaf('extendedKeyUsage=clientAuth'),
    'of a certificate for something unknown': () => withLeaf('extendedKeyUsage=1.2.3.4'),
    'of an intermediate for clients': () =>
      withBetween({ extensions: [...CA, 'extendedKeyUsage=clientAuth'] }),
    'of a root for clients': () => withRoot({ extensions: [...CA, 'extendedKeyUsage=clientAuth'] }),
  });
});

describe('within name constraints, a chain is trusted', () => {
  pki.table(true, {
    'in a network that is permitted': () => constrained('critical,permitted;IP:127.0.0.0/255.0.0.0'),
    'outside a network that is excluded': () => constrained('critical,excluded;IP:10.0.0.0/255.0.0.0'),
    'when only other kinds of names are constrained': () => constrained('critical,permitted;DNS:example.com'),
    'below a domain that is permitted': () =>
      constrained('critical,permitted;DNS:example.com', 'DNS:a.example.com'),
    'of a domain that is permitted': () =>
      constrained('critical,permitted;DNS:example.com', 'DNS:EXAMPLE.com'),
    'below a domain that begins with a dot': () =>
      constrained('critical,permitted;DNS:.example.com', 'DNS:a.example.com'),
    'of a domain that only ends with the letters of an excluded one': () =>
      constrained('critical,excluded;DNS:example.com', 'DNS:anexample.com'),
    'with an email address of a domain that is permitted': () =>
      constrained('critical,permitted;email:example.com', 'email:x@example.com'),
    'with a URI of a host that is permitted': () =>
      constrained('critical,permitted;URI:.example.com', 'URI:spiffe://a.example.com/x'),
    'with a directory name constraint that is not critical': () =>
      constrained('permitted;dirName:dir\n[dir]\nCN=x'),
  });
});

describe('outside name constraints, a chain is not trusted', () => {
  pki.table(false, {
    'outside a network that is permitted': () => constrained('critical,permitted;IP:10.0.0.0/255.0.0.0'),
    'in a network that is excluded': () => constrained('critical,excluded;IP:127.0.0.0/255.0.0.0'),
    'outside a network that is permitted by a constraint that is not critical': () =>
      constrained('permitted;IP:10.0.0.0/255.0.0.0'),
    'outside a domain that is permitted': () =>
      constrained('critical,permitted;DNS:example.com', 'DNS:a.example.org'),
    'of a domain that only ends with the letters of a permitted one': () =>
      constrained('critical,permitted;DNS:example.com', 'DNS:anexample.com'),
    'of a domain when only its subdomains are permitted': () =>
      constrained('critical,permitted;DNS:.example.com', 'DNS:example.com'),
    'below a domain that is excluded': () =>
      constrained('critical,excluded;DNS:example.com', 'DNS:a.example.com'),
    'with a wildcard for a name that is excluded': () =>
      constrained('critical,excluded;DNS:a.example.com', 'DNS:*.example.com'),
    'with an email address of another domain': () =>
      constrained('critical,permitted;email:example.com', 'email:x@example.org'),
    'with another mailbox': () =>
      constrained('critical,permitted;email:x@example.com', 'email:y@example.com'),
    'with a URI of another host': () =>
      constrained('critical,permitted;URI:example.com', 'URI:spiffe://example.org/x'),
    'with a URI whose host is an IP address': () =>
      constrained('critical,permitted;URI:example.com', 'URI:spiffe://10.0.0.1/x'),
    'with a critical directory name constraint': () =>
      constrained('critical,permitted;dirName:dir\n[dir]\nCN=x'),
    'outside a network that the root permits': () =>
      withRoot({ extensions: [...CA, 'nameConstraints=critical,permitted;IP:10.0.0.0/255.0.0.0'] }),
  });
});

describe('with certificate policies, a chain', () => {
  const policies = (explicit: readonly string[], ...ofServer: readonly string[]): CertificateRow => {
    const between = authority(`between${count++}`, { issuer: pki.root, extensions: [...CA, ...explicit] });
    const server = leaf({ issuer: between, extensions: [...serverFor('IP:127.0.0.1'), ...ofServer] });
    return withChain([server, between], pki.root);
  };
  const required = ['policyConstraints=critical,requireExplicitPolicy:0', 'certificatePolicies=1.2.3.4'];
  pki.table(true, {
    'is trusted when the required policy is present': () => policies(required, 'certificatePolicies=1.2.3.4'),
    'is trusted when the intermediate allows any policy': () =>
      policies([required[0] ?? '', 'certificatePolicies=2.5.29.32.0'], 'certificatePolicies=1.2.3.5'),
    'is trusted when no policy is required': () => policies(['certificatePolicies=1.2.3.4']),
  });
  pki.table(false, {
    'is not trusted when the required policy is missing': () => policies(required),
    'is not trusted when only another policy is present': () =>
      policies(required, 'certificatePolicies=1.2.3.5'),
  });
});
