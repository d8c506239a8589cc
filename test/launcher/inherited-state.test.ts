import { describe, expect, it } from 'vitest';
import { takeInheritedState } from '../../src/launcher/inherited-state.js';

describe('takeInheritedState', () => {
  it('returns nothing when /bin/sh has not started the program', () => {
    const env = { PATH: '/bin', SHLVL: '1' };
    expect(takeInheritedState(env)).toEqual({});
    expect(env).toEqual({ PATH: '/bin', SHLVL: '1' });
  });

  it('removes the variables from the environment', () => {
    const env = { PATH: '/bin', _ETCDCTL_TS_IGNORED: '0000000000000003' };
    const { ignoredSignals, variables } = takeInheritedState(env);
    expect(ignoredSignals?.()).toEqual(['SIGHUP', 'SIGINT']);
    expect(env).toEqual({ PATH: '/bin' });
    expect({ ...env, ...variables }).toMatchObject({ PATH: '/bin', _ETCDCTL_TS_IGNORED: undefined });
  });

  it('returns the variables that a shell drops or changes, with their exact bytes', () => {
    const list = Buffer.from('a-b=1\0BASH_FUNC_f%%=() { :; }\n\0PWD=/else=where\0v\xff=\xfe\0', 'latin1');
    const env = { PWD: '/', SHLVL: '1', _ETCDCTL_TS_VARIABLES: `${list.toString('base64')}\n` };
    const { ignoredSignals, variables } = takeInheritedState(env);
    expect(ignoredSignals?.()).toEqual([]);
    const all = Object.entries({ ...env, ...variables }).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(all)).toEqual({
      'a-b': '1',
      'BASH_FUNC_f%%': '() { :; }\n',
      PWD: '/else=where',
      'v\udcff': '\udcfe',
    });
  });
});
