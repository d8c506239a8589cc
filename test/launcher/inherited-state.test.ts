import { describe, expect, it } from 'vitest';
import { takeInheritance } from '../../src/launcher/inherited-state.js';

describe('what /bin/sh hands on', () => {
  it('is nothing where it has not started the program', () => {
    const env = { PATH: '/bin', SHLVL: '1' };
    expect(takeInheritance(env)).toEqual({});
    expect(env).toEqual({ PATH: '/bin', SHLVL: '1' });
  });

  it('is taken out of the environment', () => {
    const env = { PATH: '/bin', _ETCDCTL_TS_IGNORED: '0000000000000003' };
    const { ignoredSignals, variables } = takeInheritance(env);
    expect(ignoredSignals).toEqual(['SIGHUP', 'SIGINT']);
    expect(env).toEqual({ PATH: '/bin' });
    expect({ ...env, ...variables }).toMatchObject({ PATH: '/bin', _ETCDCTL_TS_IGNORED: undefined });
  });

  it('has the variables that a shell drops or changes, byte for byte', () => {
    const list = Buffer.from('a-b=1\0BASH_FUNC_f%%=() { :; }\n\0PWD=/else=where\0v\xff=\xfe\0', 'latin1');
    const env = { PWD: '/', SHLVL: '1', _ETCDCTL_TS_VARIABLES: `${list.toString('base64')}\n` };
    const { ignoredSignals, variables } = takeInheritance(env);
    expect(ignoredSignals).toEqual([]);
    const all = Object.entries({ ...env, ...variables }).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(all)).toEqual({
      'a-b': '1',
      'BASH_FUNC_f%%': '() { :; }\n',
      PWD: '/else=where',
      'v\udcff': '\udcfe',
    });
  });
});
