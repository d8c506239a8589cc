import type { CommandParent } from '../../../cli/command.js';
import { registerProfileList } from './list.js';

export function registerProfile(parent: CommandParent): void {
  const profile = parent.family({
    name: 'profile',
    isAddition: true,
    group: 'utility',
    summary: 'Name clusters, and the flags for them',
    description: [
      'A profile is a YAML file with values for global flags, by their names without dashes. `--profile prod`, or',
      'ETCDCTL_PROFILE=prod, uses prod.yaml in $XDG_CONFIG_HOME/etcdctl, which is ~/.config/etcdctl by default. Flags and',
      'environment variables have precedence. Relative paths are relative to the directory of the file. A file with a password',
      'must have the mode 600.',
    ].join('\n'),
    flags: {},
  });
  registerProfileList(profile);
}
