import { afterEach, expect, it, vi } from 'vitest';
import { stepEnvironment } from '../../scripts/lib/test-run.mjs';

afterEach(() => vi.unstubAllEnvs());

it('gives a step only those programs under test that it names', () => {
  const names = ['ETCDCTL_UNDER_TEST', 'ETCDUTL_UNDER_TEST', 'PACKAGE_UNDER_TEST', 'RELEASE_UNDER_TEST'];
  for (const name of [...names, 'OTHER']) vi.stubEnv(name, '/exported');
  expect(stepEnvironment({ PACKAGE_UNDER_TEST: '/unpacked' })).toMatchObject({
    OTHER: '/exported',
    PACKAGE_UNDER_TEST: '/unpacked',
  });
  expect(Object.keys(stepEnvironment({})).filter((name) => names.includes(name))).toEqual([]);
});
