import { finding } from '../catalogue.js';
import { troubleOf } from '../observation.js';
import { at, type Check } from './check.js';

/** What the user of the command may not ask. Once for the whole cluster: permissions are the same everywhere. */
export const deniedQuestions: Check = ({ members }, lines) => {
  const view = members.find(({ answering: [place] }) => troubleOf(place?.hash)?.kind === 'denied');
  if (view === undefined) return [];
  const { endpoint } = at(view);
  return [
    finding('access-denied', {
      endpoint,
      what: `This user may not ask for the hashes of the members' data: ${troubleOf(view.answering[0]?.hash)?.words}.`,
      advice: 'Give --user with a user who has the role root, or grant it to this one, as root:',
      commands: [lines.etcdctlAsRoot('user', 'grant-role', 'NAME', 'root')],
    }),
  ];
};
