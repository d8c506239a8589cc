import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { listProfiles, PROFILE_VARIABLES, profileDirectory } from '../../../cli/profile.js';
import { UsageError } from '../../../model/errors.js';

export interface ProfileListOptions {
  readonly directory: string;
  /** Stands for `~`; empty: unknown. */
  readonly home: string;
}

export function registerProfileList(parent: CommandParent, run = runProfileList): void {
  parent.command({
    name: 'list',
    isAddition: true,
    summary: 'List the profiles, with their endpoints or what is wrong with them',
    description: [
      'A profile is a YAML file in ~/.config/etcdctl ($XDG_CONFIG_HOME/etcdctl) with values for global flags. prod.yaml, for',
      '--profile=prod, may be:',
      '',
      '  endpoints: https://10.0.0.11:2379,https://10.0.0.12:2379',
      '  cacert: prod-ca.crt',
      '  cert: prod-client.crt',
      '  key: prod-client.key',
      '',
      'Paths of files are relative to it.',
    ].join('\n'),
    flags: {},
    deadline: 'node',
    result: 'profile-list',
    variables: PROFILE_VARIABLES,
    toOptions(args, _flags, _argsLenAtDash, variables): ProfileListOptions {
      if (args.length > 0) throw new UsageError('profile list command requires no arguments');
      return { directory: profileDirectory(variables), home: variables.HOME ?? '' };
    },
    run,
  });
}

export async function runProfileList(
  { directory, home }: ProfileListOptions,
  context: CommandContext,
): Promise<void> {
  const profiles = await listProfiles(directory, home);
  if (profiles.length === 0) context.notices.hint(`there are no profiles in ${directory}`);
  await context.emit({ kind: 'profile-list', directory, profiles });
}
