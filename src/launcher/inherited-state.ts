import { textFromBytes } from '../go/bytes.js';
import type { InheritedState } from '../process.js';
import { signalsInMask } from '../term/signals.js';

/**
 * Node.js resets ignored signals at its start, such as SIGHUP under `nohup`. bin/etcdctl.js is therefore run by /bin/sh, which reads the
 * mask of ignored signals and execs Node.js. It passes two variables:
 *
 * - `_ETCDCTL_TS_IGNORED`: the mask of ignored signals, when it is not empty
 * - `_ETCDCTL_TS_VARIABLES`: only for commands that start programs, in base64: the variables that a shell drops or changes
 *
 * Both are missing when the program is started as `node bin/etcdctl.js`, and on systems without /proc.
 */
const IGNORED_SIGNALS_VARIABLE = '_ETCDCTL_TS_IGNORED';
const CHANGED_VARIABLES_VARIABLE = '_ETCDCTL_TS_VARIABLES';

/** Variables that a shell sets or changes. */
const SHELL_VARIABLES = [
  'IFS',
  'LINENO',
  'OLDPWD',
  'OPTIND',
  'PPID',
  'PS1',
  'PS2',
  'PS4',
  'PWD',
  'SHLVL',
  '_',
];

/** Reads the two variables and removes them from the environment. */
export function takeInheritedState(env: NodeJS.ProcessEnv): InheritedState {
  const mask = env[IGNORED_SIGNALS_VARIABLE];
  const variables = env[CHANGED_VARIABLES_VARIABLE];
  if (mask === undefined && variables === undefined) return {};
  delete env[IGNORED_SIGNALS_VARIABLE];
  delete env[CHANGED_VARIABLES_VARIABLE];
  return {
    ignoredSignals: () => (mask === undefined ? [] : signalsInMask(mask)),
    variables: {
      [IGNORED_SIGNALS_VARIABLE]: undefined,
      [CHANGED_VARIABLES_VARIABLE]: undefined,
      ...(variables !== undefined && variablesOf(Buffer.from(variables, 'base64'))),
    },
  };
}

function variablesOf(list: Buffer): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = {};
  for (const name of SHELL_VARIABLES) variables[name] = undefined;
  for (let start = 0; start < list.length; ) {
    const end = list.indexOf(0, start);
    const variable = textFromBytes(list.subarray(start, end < 0 ? list.length : end));
    const nameEnd = variable.indexOf('=');
    variables[variable.slice(0, nameEnd)] = variable.slice(nameEnd + 1);
    start = end < 0 ? list.length : end + 1;
  }
  return variables;
}
