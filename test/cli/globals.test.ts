import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/cli/environment.js';
import type { FlagTable } from '../../src/cli/flags.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from '../../src/cli/global-flags.js';
import { type GlobalOptions, resolveFileGlobals, resolveGlobals } from '../../src/cli/globals.js';
import { ConnectionError } from '../../src/model/errors.js';
import { statusOfStreamFailure } from './example-program.js';

function resolve(
  given: Partial<GlobalFlagValues> = {},
  env: Environment = {},
): GlobalOptions & { warnings: string[] } {
  const warnings: string[] = [];
  return { ...resolveGlobals(given, env, (line) => warnings.push(line)), warnings };
}

it('the defaults are those of etcdctl', () => {
  expect(resolve()).toEqual({
    connection: {
      endpoints: ['127.0.0.1:2379'],
      tls: { insecureTransport: true, insecureSkipVerify: false },
      proxy: {},
      dialTimeoutMs: 2000,
      keepAliveTimeMs: 2000,
      keepAliveTimeoutMs: 6000,
      maxRequestBytes: 0,
      maxReceiveBytes: 0,
    },
    user: undefined,
    format: 'simple',
    hex: false,
    connectionFlags: [],
    textIds: false,
    debugLines: [],
    commandTimeoutMs: 5000,
    commandTimeoutGiven: false,
    lockTimeoutMs: 10_000,
    nodeRoot: '/',
    usesLocal: false,
    warnings: [],
  });
});

describe('commands that work on files', () => {
  it('use the output format if they print a result, and the lock timeout', () => {
    const given = { 'write-out': 'json', timeout: 0, endpoints: [''] };
    expect(resolveFileGlobals(given, 'snapshot-status')).toMatchObject({ format: 'json', lockTimeoutMs: 0 });
    expect(resolveFileGlobals({}, 'snapshot-status')).toMatchObject({
      format: 'simple',
      lockTimeoutMs: 10_000,
    });
  });

  it('ignore the output format if they print no result, as etcdutl does', () => {
    expect(resolveFileGlobals({ 'write-out': 'xml' }, undefined).format).toBe('simple');
    expect(() => resolveFileGlobals({ 'write-out': 'xml' }, 'snapshot-status')).toThrow(
      'unsupported output format',
    );
  });
});

describe('variables', () => {
  it('set the flags of the same name', () => {
    const env = {
      ETCDCTL_ENDPOINTS: 'a:1, b:2',
      ETCDCTL_CACERT: 'ca.crt',
      ETCDCTL_COMMAND_TIMEOUT: '1m',
      ETCDCTL_HEX: '1',
      ETCDCTL_MAX_RECV_BYTES: '0x10',
    };
    expect(resolve({}, env)).toMatchObject({
      connection: { endpoints: ['a:1', 'b:2'], tls: { caFile: 'ca.crt' }, maxReceiveBytes: 16 },
      commandTimeoutMs: 60_000,
      commandTimeoutGiven: true,
      hex: true,
    });
  });

  it('that are empty count as unset', () => {
    expect(resolve({}, { ETCDCTL_ENDPOINTS: '', ETCDCTL_CERT: '', ETCDCTL_WRITE_OUT: '' })).toEqual(
      resolve(),
    );
  });

  it.each(['b', 'a', ''])('conflict with their flag, even if the variable is %j', (value) => {
    expect(
      statusOfStreamFailure(() => resolve({ endpoints: ['a'] }, { ETCDCTL_ENDPOINTS: value })),
    ).toMatchObject({
      kind: 'flag',
      message:
        'conflicting environment variable "ETCDCTL_ENDPOINTS" is shadowed by corresponding command-line flag ' +
        '(either unset environment variable or disable flag)',
    });
  });

  it.each([
    ['ETCDCTL_DIAL_TIMEOUT', '5', 'time: missing unit in duration "5"'],
    ['ETCDCTL_HEX', 'yes', 'strconv.ParseBool: parsing "yes": invalid syntax'],
    ['ETCDCTL_MAX_REQUEST_BYTES', '1k', 'strconv.ParseInt: parsing "1k": invalid syntax'],
  ])('%s=%s is rejected with a message that names the variable', (name, value, why) => {
    expect(statusOfStreamFailure(() => resolve({}, { [name]: value }))).toMatchObject({
      kind: 'flag',
      message: `invalid value "${value}" for ${name}: ${why}`,
    });
  });

  it('that are unknown cause a warning without their value', () => {
    const { warnings } = resolve({}, { ETCDCTL_PASWORD: 'secret', ETCDCTL_PREFIX: '1', OTHER: 'x' });
    expect(warnings).toEqual([
      'warning: unrecognized environment variable ETCDCTL_PASWORD, did you mean ETCDCTL_PASSWORD?',
      'warning: unrecognized environment variable ETCDCTL_PREFIX',
    ]);
  });

  it('of single commands cause no warning', () => {
    const env = {
      ETCDCTL_API: '3',
      ETCDCTL_WATCH_KEY: 'a',
      ETCDCTL_WATCH_RANGE_END: 'b',
      ETCDCTL_CLUSTER: '1',
    };
    expect(resolve({}, env).warnings).toEqual([]);
  });
});

describe('ETCDCTL_FLAGS_WIN', () => {
  const win = (value: string, given: Partial<GlobalFlagValues>, env: Environment) =>
    resolve(given, { ETCDCTL_FLAGS_WIN: value, ...env });

  it('lets flags win over their variables, and is known', () => {
    const { connection, warnings } = win('true', { endpoints: ['a:1'] }, { ETCDCTL_ENDPOINTS: 'b:1' });
    expect(connection.endpoints).toEqual(['a:1']);
    expect(warnings).toEqual([]);
    expect(win('1', { hex: false }, { ETCDCTL_HEX: 'maybe' }).hex).toBe(false);
  });

  it.each(['', 'false', '0'])('%j changes nothing', (value) => {
    const refusal = statusOfStreamFailure(() => win(value, { hex: true }, { ETCDCTL_HEX: '1' }));
    expect(refusal.message).toContain('conflicting environment variable "ETCDCTL_HEX"');
  });

  it('must be a boolean', () => {
    expect(statusOfStreamFailure(() => win('yes', {}, {})).message).toBe(
      'invalid value "yes" for ETCDCTL_FLAGS_WIN: strconv.ParseBool: parsing "yes": invalid syntax',
    );
  });

  it('shows origins with --debug', () => {
    const { debugLines } = win(
      'true',
      { debug: true, user: 'bob:pw' },
      { ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: 's3cret', ETCDCTL_HEX: 'true' },
    );
    expect(debugLines).toEqual(
      expect.arrayContaining([
        'ETCDCTL_HEX=true (variable ETCDCTL_HEX)',
        'ETCDCTL_PASSWORD= (default)',
        'ETCDCTL_USER=bob:******** (flag)',
        'ETCDCTL_WRITE_OUT=simple (default)',
      ]),
    );
    expect(debugLines).toHaveLength(21);
  });

  it.each([
    [{ user: 'bob' }, { ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: 'x' }, { username: 'bob' }],
    [{ user: 'bob' }, { ETCDCTL_PASSWORD: 'x' }, { username: 'bob', password: 'x' }],
    [
      { 'password-file': 'f' },
      { ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: 'x' },
      { username: 'root', passwordFile: 'f' },
    ],
    [{ 'user-file': 'f' }, { ETCDCTL_USER: 'root:x' }, { userFile: 'f' }],
  ])('keeps passwords with their users: %j, %j', (given, env, user) => {
    expect(win('true', given, env).user).toEqual(user);
  });
});

describe('endpoints', () => {
  it('an empty list is a connection error', () => {
    expect(() => resolve({ endpoints: [] })).toThrow('etcdclient: no available endpoints');
    expect(() => resolve({ endpoints: [] })).toThrow(ConnectionError);
    expect(() => resolve({ endpoints: [''] })).toThrow(ConnectionError);
  });

  it.each([
    [['', ''], 'invalid endpoints ",": endpoint 1 of 2 is empty'],
    [[' '], 'invalid endpoints " ": endpoint 1 of 1 is empty'],
    [['host:0', ''], 'invalid endpoints "host:0,": port of host:0 is not between 1 and 65535'],
    [
      ['127.0.0.1:99999'],
      'invalid endpoints "127.0.0.1:99999": port of 127.0.0.1:99999 is not between 1 and 65535',
    ],
    [['https://[::1]:65536/'], /port of https:\/\/\[::1\]:65536\/ is not between/],
    [['host:0'], /port of host:0 is not between/],
  ])('%j are rejected before anything connects', (endpoints, message) => {
    const refusal = statusOfStreamFailure(() => resolve({ endpoints }));
    expect(refusal.kind).toBe('flag');
    expect(refusal.message).toMatch(message);
  });

  it.each([
    'host',
    'host:2379',
    'host:etcd-client',
    'http://host:65535',
    '[::1]:2379',
    '::1',
    'unix:/tmp/a:99999',
    'unixs://localhost:99999',
  ])('%s is not rejected', (endpoint) => {
    expect(resolve({ endpoints: [endpoint] }).connection.endpoints).toEqual([endpoint]);
  });

  it.each([
    ['a:1', ''],
    ['', 'a:1', ' '],
    ['a:99999', 'b:0', 'c:1'],
  ])('one valid endpoint is enough: %j, %j', (...endpoints) => {
    expect(resolve({ endpoints }).connection.endpoints).toEqual(endpoints.map((each) => each.trim()));
  });
});

describe('discovery', () => {
  it('uses the given endpoints as a fallback, which may be empty', () => {
    expect(resolve({ 'discovery-srv': 'example.org', endpoints: [] })).toMatchObject({
      discovery: { domain: 'example.org', serviceName: '', insecure: true },
    });
    expect(resolve({ 'discovery-srv': 'example.org' }).connection.tls).toMatchObject({
      insecureTransport: true,
    });
  });

  it('with TLS required, enables TLS and verifies each server by its host name', () => {
    const given = {
      'discovery-srv': 'example.org',
      'discovery-srv-name': 'blue',
      'insecure-discovery': false,
    };
    expect(resolve(given)).toMatchObject({
      discovery: { domain: 'example.org', serviceName: 'blue', insecure: false },
      connection: { tls: { insecureTransport: false } },
    });
    expect(resolve(given).connection.tls).not.toHaveProperty('serverName');
  });
});

describe('the user', () => {
  it.each([
    [{ user: 'root' }, { username: 'root' }, undefined],
    [{ user: 'root:a:b' }, { username: 'root', password: 'a:b' }, 'a:b'],
    [{ user: 'ro:ot', password: 'x' }, { username: 'ro:ot', password: 'x' }, 'x'],
    [{ user: 'root:', password: '' }, { username: 'root', password: '' }, undefined],
    [{ user: '', password: 'x' }, undefined, undefined],
  ])('of the flags %j is %j', (given, user, password) => {
    const { user: found, connection } = resolve(given);
    expect(found).toEqual(user);
    const login = { kind: 'password', username: user?.username, password };
    expect(connection.credentials).toEqual(password === undefined ? undefined : login);
  });

  it.each([
    [
      { user: 'root', 'password-file': 'f' },
      { username: 'root', passwordFile: 'f' },
    ],
    [{ 'user-file': 'f' }, { userFile: 'f' }],
  ])('of the flags %j comes from a file', (given, user) => {
    expect(resolve(given).user).toEqual(user);
    expect(resolve(given).connection.credentials).toBeUndefined();
  });

  it('may have its file in a variable', () => {
    expect(resolve({ user: 'a' }, { ETCDCTL_PASSWORD_FILE: 'f' }).user).toEqual({
      username: 'a',
      passwordFile: 'f',
    });
    expect(resolve({}, { ETCDCTL_USER_FILE: 'f' }).user).toEqual({ userFile: 'f' });
  });

  it.each<[Partial<GlobalFlagValues>, Environment, string]>([
    [{ user: 'a', password: 'x', 'password-file': 'f' }, {}, '--password and --password-file cannot'],
    [{ user: 'a', 'user-file': 'f' }, {}, '--user and --user-file cannot be used together'],
    [{ user: 'a', 'user-file': 'f' }, {}, 'give only one of them'],
    [{ 'user-file': 'f', password: 'x' }, {}, '--password and --user-file cannot be used together'],
    [{ 'user-file': 'f', 'password-file': 'f' }, {}, '--password-file and --user-file cannot'],
    [{ 'user-file': '-', 'password-file': '-' }, {}, '--password-file and --user-file cannot'],
    [{ 'auth-jwt-token': 't', 'user-file': 'f' }, {}, '--auth-jwt-token and --user-file cannot'],
    [{ 'user-file': 'f' }, { ETCDCTL_USER: 'a' }, 'ETCDCTL_USER and --user-file cannot'],
    [{ 'password-file': 'f' }, {}, '--password-file needs a user name: give --user NAME'],
    [{ user: 'a:x', 'password-file': 'f' }, {}, '--password-file needs a user name without a password'],
    [{ user: 'a', 'password-file': '' }, {}, 'empty string is passed to --password-file option'],
  ])('is refused when given twice or by half: %j, %j', (given, env, message) => {
    expect(statusOfStreamFailure(() => resolve(given, env))).toMatchObject({
      kind: 'flag',
      message: expect.stringContaining(message),
    });
  });

  it('is ignored when a token is given', () => {
    const { user, connection } = resolve({ user: 'root:x', 'auth-jwt-token': 'abc' });
    expect(user).toBeUndefined();
    expect(connection.credentials).toEqual({ kind: 'token', token: 'abc' });
  });
});

it.each(['cert', 'key', 'cacert'] as const)('an empty --%s is rejected', (name) => {
  expect(statusOfStreamFailure(() => resolve({ [name]: '', 'write-out': 'x', endpoints: [] }))).toMatchObject(
    {
      kind: 'arguments',
      message: `empty string is passed to --${name} option`,
    },
  );
});

it.each(['x', '', 'JSON'])('the output format %j is rejected', (format) => {
  expect(statusOfStreamFailure(() => resolve({ 'write-out': format, endpoints: [] }))).toMatchObject({
    kind: 'choice',
    message: 'unsupported output format',
  });
});

it('repeats the flags that name the cluster, without secrets', () => {
  const given = {
    endpoints: ['a:1', 'b:2'],
    user: 'root:pa:ss',
    password: 'secret',
    'auth-jwt-token': 'toktok',
    'insecure-skip-tls-verify': true,
    'write-out': 'json',
  };
  expect(resolve(given, { ETCDCTL_CACERT: '/ca.crt' }).connectionFlags).toEqual([
    '--endpoints=a:1,b:2',
    '--insecure-skip-tls-verify=true',
    '--user=root',
  ]);
});

it('no flag that may hold a password or a token is declared as plain text', () => {
  const named = Object.entries<FlagTable[string]>(GLOBAL_FLAGS).filter(([name, { summary }]) =>
    /password|token|secret|private/.test(`${name} ${summary}`),
  );
  const plain = named.filter(([, { kind, holds = 'plain' }]) => kind.name === 'string' && holds === 'plain');
  expect(named.length).toBeGreaterThan(4);
  expect(plain.map(([name]) => name)).toEqual([]);
});

it.each(
  Object.entries<FlagTable[string]>(GLOBAL_FLAGS).filter(
    ([, { holds }]) => holds === 'secret' || holds === 'login',
  ),
)('--%s is never printed as it is', (name) => {
  const { debugLines, connectionFlags } = resolve({ debug: true, [name]: 'u:hidden' });
  expect([...debugLines, ...connectionFlags].join()).not.toContain('hidden');
});

it('--debug prints every value except secrets', () => {
  const given = { debug: true, user: 'root:pa:ss', password: '', endpoints: ['a:1', 'b:2'] };
  const { debugLines } = resolve(given, { ETCDCTL_AUTH_JWT_TOKEN: 'toktok' });
  expect(debugLines.slice(0, 5)).toEqual([
    'ETCDCTL_AUTH_JWT_TOKEN=********',
    'ETCDCTL_CACERT=',
    'ETCDCTL_CERT=',
    'ETCDCTL_COMMAND_TIMEOUT=5s',
    'ETCDCTL_DEBUG=true',
  ]);
  expect(debugLines).toHaveLength(21);
  expect(debugLines).toContain('ETCDCTL_ENDPOINTS=[a:1,b:2]');
  expect(debugLines).toContain('ETCDCTL_USER=root:********');
  expect(debugLines.join('\n')).not.toMatch(/pa:ss|toktok/);
});

it('--debug lists the flags that etcdctl lacks only when they have a value', () => {
  const given = { debug: true, ids: 'string', user: 'root', 'password-file': '/run/secret' };
  const { debugLines } = resolve(given);
  expect(debugLines).toHaveLength(23);
  expect(debugLines).toContain('ETCDCTL_IDS=string');
  expect(debugLines).toContain('ETCDCTL_PASSWORD_FILE=/run/secret');
});

describe('--ids', () => {
  it('is number by default', () => {
    expect(resolve({ ids: 'number' }).textIds).toBe(false);
    expect(resolve({}, { ETCDCTL_IDS: 'string' }).textIds).toBe(true);
  });

  it('must be number or string', () => {
    expect(statusOfStreamFailure(() => resolve({ ids: 'hex' }))).toMatchObject({
      kind: 'flag',
      message: 'unsupported format of ids',
      reasons: ['--ids must be number or string'],
    });
  });

  it('counts for commands that work on files, as its variable does', () => {
    expect(resolveFileGlobals({ ids: 'string' }, 'snapshot-status').textIds).toBe(true);
    expect(
      resolveFileGlobals({}, 'snapshot-status', { ETCDCTL_IDS: 'string', ETCDCTL_WRITE_OUT: 'json' }),
    ).toMatchObject({
      textIds: true,
      format: 'simple',
    });
    expect(resolveFileGlobals({ ids: 'hex' }, undefined).textIds).toBe(false);
  });
});

describe('advice for commands that need one endpoint', () => {
  const endpoints = ['a:1', 'b:1'];
  it.each<[Partial<GlobalFlagValues>, Environment, string | undefined]>([
    [{ endpoints }, {}, undefined],
    [{ endpoints: ['a:1'] }, {}, undefined],
    [{}, { ETCDCTL_ENDPOINTS: 'a:1' }, undefined],
    [
      {},
      { ETCDCTL_ENDPOINTS: 'a:1,b:1' },
      'the endpoints come from ETCDCTL_ENDPOINTS: unset it, or set ETCDCTL_FLAGS_WIN=true, and choose one with --endpoints URL',
    ],
    [
      {},
      { ETCDCTL_ENDPOINTS: 'a:1,b:1', ETCDCTL_FLAGS_WIN: 'true' },
      'the endpoints come from ETCDCTL_ENDPOINTS: choose one with --endpoints URL',
    ],
  ])('%j, %j', (given, env, advice) => {
    expect(resolve(given, env).endpointAdvice).toBe(advice);
  });

  it('names a profile', () => {
    const layer = { origin: 'profile prod, /p.yaml', values: { endpoints } };
    expect(resolveGlobals({}, {}, () => undefined, { layers: [layer] }).endpointAdvice).toBe(
      'the endpoints come from profile prod, /p.yaml: choose one with --endpoints URL',
    );
  });
});

describe('variables of Go programs', () => {
  it.each([
    [{ HTTPS_PROXY: 'a', https_proxy: 'b' }, { https: 'a' }],
    [
      { https_proxy: 'b', http_proxy: 'c', no_proxy: 'd' },
      { https: 'b', http: 'c', noProxy: 'd' },
    ],
    [{ HTTPS_PROXY: '', NO_PROXY: '' }, {}],
  ])('set the proxies: %j', (env, proxy) => {
    expect(resolve({}, env).connection.proxy).toEqual(proxy);
  });

  it.each([
    [{ SSL_CERT_FILE: '/a' }, { file: '/a' }],
    [{ SSL_CERT_DIR: '/a:/b' }, { folders: ['/a', '/b'] }],
    [{ SSL_CERT_FILE: '', SSL_CERT_DIR: '' }, undefined],
  ])('set the system roots: %j', (env, systemRoots) => {
    expect(resolve({}, env).connection.tls.systemRoots).toEqual(systemRoots);
  });
});
