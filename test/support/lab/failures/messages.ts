/**
 * What this program says about failed connections and refused requests, what that means, and what to do: the tables of
 * docs/troubleshooting.md. `…` stands for text that varies.
 */
export interface Message {
  readonly text: string;
  /** For the document. */
  readonly meaning: string;
  readonly advice: string;
}

export const CONNECTION_MESSAGES = {
  refused: {
    text: 'connection refused',
    meaning: 'The host answers, but nothing listens on the port, or every address of the name refuses.',
    advice: 'Start etcd, or correct the port. `ss -ltnp` on the server shows what listens where.',
  },
  unknownName: {
    text: 'the host name cannot be resolved (no such host)',
    meaning: 'Neither DNS nor `/etc/hosts` has the name.',
    advice: 'Correct the name; try `getent hosts NAME`.',
  },
  dropped: {
    text: 'no answer: a firewall may drop the packets, or the host is down (i/o timeout)',
    meaning: 'Nothing came back for the TCP connection.',
    advice: 'Check address, routes and firewalls between here and there.',
  },
  silentNameServer: {
    text: 'the host name has not been resolved: the name server may not answer (i/o timeout)',
    meaning: 'A name server of `/etc/resolv.conf` is down, or its answers are dropped.',
    advice: 'Try `getent hosts NAME`; use an address, or repair DNS.',
  },
  silentTls: {
    text: 'connected, but the server does not answer the TLS handshake: it may be stopped, overloaded, or no TLS server',
    meaning: 'The TCP connection is there, then nothing comes.',
    advice: 'Look at the process on the server: is it stopped, starved, or another program?',
  },
  silentHttp2: {
    text: 'connected, but the server does not start HTTP/2: it may be stopped, overloaded, or expect TLS (https://)',
    meaning: 'The TCP connection is there, then nothing comes.',
    advice: 'As above; or try `https://`.',
  },
  silentHttp2OverTls: {
    text: 'connected with TLS, but the server does not start HTTP/2: it may be stopped or overloaded',
    meaning: 'The TCP connection and the TLS handshake are there, then nothing comes.',
    advice: 'As above.',
  },
  silentCall: {
    text: 'connected, but the server did not answer in time',
    meaning: 'HTTP/2 works, the request has no answer.',
    advice:
      'See `etcdctl endpoint status` and `endpoint health`: no leader, or overload. Raise `--command-timeout` for large requests.',
  },
  unanswered: {
    text: 'connected, but the server has not answered yet',
    meaning: 'A signal has ended the command while it waited for the answer to its request.',
    advice: 'As above.',
  },
  goAway: {
    text: 'the server ends each connection before it answers: it may be shutting down, or be a proxy without a server behind it',
    meaning: 'HTTP/2 starts, and the server ends it (GOAWAY) before it answers a request.',
    advice: 'Wait for its restart; ask etcd itself, without the proxy.',
  },
  closing: {
    text: 'the server closes each connection at once, with TLS and without: it may be a proxy without a server behind it, or another program (…)',
    meaning: 'A load balancer without a living backend does this.',
    advice: 'Ask etcd itself, without the proxy.',
  },
  closingAfterTls: {
    text: 'the server closes each connection after the TLS handshake: it may be a proxy without a server behind it, or expect another client certificate (…)',
    meaning: 'TLS works, then the connection ends without a reason.',
    advice: 'Check `--cert` and `--key`, and what is behind a proxy.',
  },
  useHttps: {
    text: 'the server speaks TLS: use https:// (…)',
    meaning: 'The endpoint has `http://` or no scheme, the server wants TLS.',
    advice: 'Write `https://`, and give `--cacert`.',
  },
  useHttp: {
    text: 'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener (…)',
    meaning: 'The endpoint has `https://`, or TLS flags are given; the server has no TLS on this port.',
    advice: 'Write `http://`, or use the TLS port.',
  },
  peerPort: {
    text: "this is etcd's peer port, for other members: use the client port, which usually is 2379 (…)",
    meaning: 'Members talk to each other on this port (`--listen-peer-urls`).',
    advice: 'Use a URL of `--advertise-client-urls`; `etcdctl member list` shows them.',
  },
  metricsPort: {
    text: "this is etcd's metrics port, which takes no calls: use the client port, which usually is 2379 (…)",
    meaning: 'The port is one of `--listen-metrics-urls`.',
    advice: 'Use the client port.',
  },
  httpPort: {
    text: 'etcd answers here with HTTP/1.1 only: let a proxy in between pass HTTP/2 (gRPC), or use a port of --listen-client-urls (…)',
    meaning:
      'A proxy passes HTTP/1.1 requests on, and not gRPC; or the port is one of `--listen-client-http-urls`.',
    advice:
      'Let the proxy pass TCP (`stream`, `mode tcp`) or gRPC (`grpc_pass`, `proto h2`), and offer `h2` by ALPN; or use the port for gRPC.',
  },
  webServer: {
    text: 'another web server (HTTP/1.1) listens on this port: check host and port (…)',
    meaning: 'The answer is HTTP/1.1, and not from etcd.',
    advice: 'Correct host and port; a proxy in between must pass HTTP/2.',
  },
  ssh: {
    text: 'an SSH server listens on this port: check the port (…)',
    meaning: 'The answer is an SSH banner.',
    advice: 'Correct the port.',
  },
  noHttp2: {
    text: 'the server does not offer HTTP/2 (ALPN h2): check that this is the client port of etcd, not a proxy (…)',
    meaning: 'TLS works, without the protocol that gRPC needs.',
    advice: 'Use the client port of etcd; let a proxy pass TLS through, or offer `h2`.',
  },
  refusedHandshake: {
    text: 'the server refuses the TLS handshake: it may require a client certificate (--cert and --key), or have no cipher suite or kind of key in common with this program (…)',
    meaning: 'The server ends the handshake with the alert handshake_failure, which has several causes.',
    advice: 'Give `--cert` and `--key`; compare `--cipher-suites` of etcd, or the ciphers of the proxy.',
  },
  oldTls: {
    text: 'the server offers no TLS version from 1.2 on (…)',
    meaning: 'The server has TLS 1.0 or 1.1 only.',
    advice: 'Raise `--tls-min-version` and `--tls-max-version` of the server, or renew the proxy.',
  },
  unknownCa: {
    text: "the server's certificate is signed by an unknown authority, …: give its CA with --cacert (…)",
    meaning: 'No `--cacert` is given, and the system does not know the authority.',
    advice:
      'Give the certificate of the authority that is named with `--cacert` (kubeadm: `/etc/kubernetes/pki/etcd/ca.crt`).',
  },
  selfSigned: {
    text: "the server's certificate is signed by itself, …: give it with --cacert (…)",
    meaning: 'There is no authority: the certificate vouches for itself (`--auto-tls`).',
    advice: 'Copy the certificate from the server over a safe way, and give it with `--cacert`.',
  },
  otherCa: {
    text: "the server's certificate is signed by an unknown authority, …; … has … (SHA-256 …): give the right CA with --cacert (…)",
    meaning:
      'The file given with `--cacert` has other authorities; it may have one of the same name with another key.',
    advice:
      'Compare the fingerprint with `openssl x509 -noout -fingerprint -sha256 -in ca.crt` on the server.',
  },
  wrongName: {
    text: "the server's certificate is not valid for …, only for …: use one of these names in the endpoint (…)",
    meaning: 'The name or address in the endpoint is not among those of the certificate.',
    advice: 'Use one that is, or issue the certificate with the name that you need.',
  },
  noNames: {
    text: "the server's certificate is not valid for …: it has no subject alternative names (…)",
    meaning: 'Only the common name is set, which no client reads any more.',
    advice: 'Issue the certificate with subject alternative names.',
  },
  expired: {
    text: "the server's certificate has expired on … UTC: renew it (…)",
    meaning: "The server's own certificate is too old.",
    advice: 'Renew it (`kubeadm certs renew etcd-server`); etcd reads it without a restart. Check the clock.',
  },
  expiredCa: {
    text: "the authority … of the server's certificate has expired on … UTC: renew it (…)",
    meaning: "The certificate of the authority is too old, the server's own may be fine.",
    advice: 'Renew the authority, and give the new one with `--cacert`.',
  },
  notYetValid: {
    text: "the server's certificate is valid only from … UTC: check the clock (…)",
    meaning: 'The clock here or of the machine that issued it is wrong.',
    advice: 'Compare `date -u` here and there.',
  },
  noServerAuth: {
    text: "the server's certificate lacks the extended key usage serverAuth: issue it again with that (…)",
    meaning: 'The server shows a certificate for clients.',
    advice: 'Issue one with `serverAuth`; etcd needs `serverAuth` and, between members, `clientAuth`.',
  },
  needsClientCertificate: {
    text: 'the server requires a client certificate: give --cert and --key (…)',
    meaning: 'etcd runs with `--client-cert-auth`.',
    advice: 'Give both (kubeadm: `/etc/kubernetes/pki/etcd/healthcheck-client.crt` and `.key`).',
  },
  clientUnknownCa: {
    text: "the server does not accept the client certificate …: its authority, …, is not in the server's --trusted-ca-file (…)",
    meaning: 'The certificate is of another authority than the server trusts.',
    advice: 'Use one of the right authority, or add this one there.',
  },
  clientExpired: {
    text: 'the server does not accept the client certificate …: it has expired on … UTC: renew it (…)',
    meaning: 'The date is read from your own file.',
    advice: 'Renew it (`kubeadm certs renew etcd-healthcheck-client`).',
  },
  clientNotYetValid: {
    text: 'the server does not accept the client certificate …: it is valid only from … UTC: check the clock (…)',
    meaning: 'The date is read from your own file.',
    advice: 'Compare `date -u` here and on the server.',
  },
  noClientAuth: {
    text: 'the server does not accept the client certificate …: it lacks the extended key usage clientAuth: issue it again with that (…)',
    meaning: 'A certificate for servers is given as client certificate.',
    advice: 'Issue one with `clientAuth`.',
  },
  missingFile: {
    text: 'the TLS file … cannot be read: there is no such file: check …',
    meaning: 'The path is wrong.',
    advice: 'Correct the flag that is named, or its variable.',
  },
  directory: {
    text: 'the TLS file … cannot be read: it is a directory; a PEM file is needed: check …',
    meaning: 'A directory is given.',
    advice: 'Give the file in it.',
  },
  unreadableFile: {
    text: 'the TLS file … cannot be read: this user may not read it: check …',
    meaning: 'The permissions forbid it.',
    advice: 'Run as a user who may read it (`sudo`).',
  },
  noCertificate: {
    text: '… holds no PEM certificate: …',
    meaning: 'The file has no block `BEGIN CERTIFICATE`.',
    advice: 'Convert DER with `openssl x509 -inform der`.',
  },
  noKey: {
    text: '… holds no PEM private key: --key needs one',
    meaning: 'The file has no block `BEGIN … PRIVATE KEY`.',
    advice: 'Give the key that belongs to `--cert`.',
  },
  swapped: {
    text: '… holds a private key: are --cert and --key swapped?',
    meaning: 'The certificate file has a key.',
    advice: 'Exchange the two.',
  },
  oneOfPair: {
    text: '--cert and --key must be used together: … is missing',
    meaning: 'One of the two is given.',
    advice: 'Give both.',
  },
  mismatch: {
    text: 'the key in … does not match the certificate in …: use a matching pair',
    meaning: 'They belong to different certificates.',
    advice: 'Give the key that the certificate was issued for.',
  },
  damagedCertificate: {
    text: 'the certificate in … is damaged',
    meaning: 'The block is there, its content is no certificate.',
    advice: 'Copy the file again.',
  },
  noSocket: {
    text: 'no such socket (no such file or directory)',
    meaning: 'There is no file at the path of `unix://`.',
    advice: 'Correct the path; it begins after `unix://`.',
  },
  notSocket: {
    text: 'connection refused: no server listens on this socket, or the file is no socket',
    meaning: 'The file is there, nobody listens.',
    advice: 'Start etcd, or correct the path.',
  },
  noPermission: {
    text: 'permission denied',
    meaning: 'This user may not connect to the socket.',
    advice: 'Run as a user who may (`sudo`).',
  },
  noPort: {
    text: 'the port is missing: write …',
    meaning: 'Endpoints need a port, also with `https://`.',
    advice: 'Write the endpoint as proposed.',
  },
  portNoNumber: {
    text: 'the port "…" is not a number',
    meaning: 'Names of services are not ports.',
    advice: 'Write the number.',
  },
  portRange: {
    text: 'the port is not between 1 and 65535',
    meaning: 'There is no such port.',
    advice: 'Correct it.',
  },
  bracketsNeeded: {
    text: 'an IPv6 address needs brackets: write …',
    meaning: 'Without brackets, the port cannot be told from the address.',
    advice: 'Write the endpoint as proposed.',
  },
  notHostPort: {
    text: 'not of the form host:port…',
    meaning: 'The endpoint has blanks, or its URL is misspelt.',
    advice: 'Write `host:port`, `http://host:port` or `https://host:port`.',
  },
  noHost: {
    text: 'host and port are missing',
    meaning: 'The endpoint is empty, such as after a comma.',
    advice: 'Remove it.',
  },
  pathGiven: {
    text: 'a path has no meaning here: write …',
    meaning: 'gRPC has no paths.',
    advice: 'Write the endpoint as proposed.',
  },
  unknownScheme: {
    text: 'unknown scheme "…": use http://, https://, unix:// or none',
    meaning: 'The scheme is another one.',
    advice: 'Use one of these.',
  },
  noSocketPath: {
    text: 'a path to a socket is missing',
    meaning: 'Nothing follows `unix://`.',
    advice: 'Write `unix:///path/to/socket`.',
  },
  proxyUnreachable: {
    text: 'the proxy cannot be reached: …; the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: '`HTTPS_PROXY` is set, and that proxy is not there.',
    advice: 'Correct the variable, or put the host of the endpoint into `NO_PROXY`.',
  },
  proxyLogin: {
    text: 'the proxy requires a login (HTTP 407): write HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT; the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: 'The variable has no name and password.',
    advice: 'Add them, with `%40` for `@`; or bypass the proxy.',
  },
  proxyPassword: {
    text: 'the proxy refuses the name or the password in HTTPS_PROXY (HTTP 407); the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: 'The proxy does not know them.',
    advice: 'Correct them.',
  },
  proxyForbids: {
    text: 'the proxy does not allow this connection (HTTP 403); the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: 'Many proxies allow port 443 only.',
    advice: 'Bypass the proxy, or have the port allowed.',
  },
  proxyCannotReach: {
    text: 'the proxy cannot reach the server (HTTP …); the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: 'The proxy works, the server behind it does not answer it.',
    advice: 'Check host and port of the endpoint as the proxy sees them.',
  },
  proxySilent: {
    text: 'connected to the proxy, which does not answer; the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: 'The proxy accepts, then nothing comes.',
    advice: 'Bypass it, or look at its log.',
  },
  proxyGarbage: {
    text: 'what listens there is no HTTP proxy; the connection goes through the proxy … of HTTPS_PROXY: set NO_PROXY to bypass it',
    meaning: 'The answer is not HTTP.',
    advice: 'Correct host and port in `HTTPS_PROXY`.',
  },
} as const satisfies Record<string, Message>;

export const SERVER_MESSAGES = {
  noLeader: {
    text: '… endpoint… answer…, and no leader is known: start more members, a majority must run and reach each other',
    meaning:
      'Too many members are down or cut off. Reads with `--consistency=s` and `endpoint status` still work.',
    advice: 'Start the others. When they are lost for good, see [restore.md](restore.md).',
  },
  noSpace: {
    text: 'the database has reached its quota (--quota-backend-bytes of the server): run etcdctl alarm recover',
    meaning: 'The alarm NOSPACE is on: writes are refused, reads and deletes work.',
    advice:
      'It shows each step first: see [operators.md](operators.md#recover-from-a-full-database). Then find out what writes so much.',
  },
  needsLogin: {
    text: 'the server requires a login: give --user NAME',
    meaning: 'Auth is enabled.',
    advice: 'Give `--user`; the program asks for the password.',
  },
  wrongPassword: {
    text: 'the server knows no such user, or the password is wrong: check --user and --password',
    meaning: 'The login failed. The server does not say which of the two is wrong.',
    advice: 'As root: `etcdctl user list`, `etcdctl user passwd NAME`.',
  },
  badToken: {
    text: 'the server does not know the token, or it has expired: give --user, or a new --auth-jwt-token',
    meaning: 'The token is refused.',
    advice: 'Get a new one.',
  },
  notPermitted: {
    text: 'user … lacks a role for this: see etcdctl user get …, role get and role grant-permission',
    meaning: 'The login works, the roles of the user do not allow this key or command.',
    advice:
      'As root: `etcdctl role grant-permission ROLE readwrite KEY`, `etcdctl user grant-role NAME ROLE`.',
  },
  compacted: {
    text: 'the revision is older than the latest compaction: give a newer one, or none',
    meaning: 'The history before the compaction is gone.',
    advice: 'Read the present state, then watch from its revision.',
  },
  futureRevision: {
    text: 'the member has not reached this revision: give an older one, or none',
    meaning: 'The revision does not exist yet, or the member is behind.',
    advice: 'Compare `etcdctl endpoint status` of the members.',
  },
  tooLarge: {
    text: 'the server accepts requests up to its --max-request-bytes (1.5 MiB by default): send less at once, or raise it there',
    meaning: 'A value or transaction is too large for etcd.',
    advice: 'Store large values elsewhere, and their address in etcd.',
  },
  tooManyOperations: {
    text: 'the server accepts transactions up to its --max-txn-ops (128 operations by default): split it, or raise it there',
    meaning: 'The transaction has too many operations.',
    advice: 'Split it.',
  },
  proxyWithoutServer: {
    text: 'a proxy answered, not etcd (HTTP …): it has no connection to a server behind it',
    meaning: 'The proxy has sent a page with the status 502, 503 or 504.',
    advice: 'Ask etcd itself, without the proxy; look at the log of the proxy.',
  },
  webPage: {
    text: "the answer is not that of etcd's client port: it may come from its metrics port, from a proxy or from another web server: check host and port",
    meaning: 'The answer is a page, over HTTP/2. With the status 400, nginx may want a client certificate.',
    advice: 'Correct host and port; have the proxy pass gRPC on (nginx: `grpc_pass`).',
  },
} as const satisfies Record<string, Message>;

export type ConnectionMessage = keyof typeof CONNECTION_MESSAGES;
export type ServerMessage = keyof typeof SERVER_MESSAGES;

/** Matches the message alone. */
export function patternOf(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*');
}
