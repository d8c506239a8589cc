import { expect, it } from 'vitest';
import { apiVersionFromEnv, variableName } from '../../src/cli/environment.js';
import { statusOfStreamFailure } from './example-program.js';

it.each([
  [{}, '3'],
  [{ ETCDCTL_API: '' }, '3'],
  [{ ETCDCTL_API: '3' }, '3'],
  [{ ETCDCTL_API: '2' }, '2'],
])('with %j, the command set is %s', (env, version) => {
  expect(apiVersionFromEnv(env)).toBe(version);
});

it.each(['4', 'v3', ' 3'])('ETCDCTL_API=%s is rejected', (version) => {
  expect(statusOfStreamFailure(() => apiVersionFromEnv({ ETCDCTL_API: version }))).toMatchObject({
    kind: 'flag',
    message: `unsupported API version: ${version}`,
  });
});

it('names the variable of a flag', () => {
  expect(variableName('insecure-skip-tls-verify')).toBe('ETCDCTL_INSECURE_SKIP_TLS_VERIFY');
});
