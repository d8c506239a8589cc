import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { bytesFromText } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import { V2Failure } from '../../../model/v2/errors.js';
import type { V2Member } from '../../../model/v2/services.js';
import { toPeerUrls } from './peer-urls.js';

export interface MemberAddOptions {
  /** The name that the new member will have. It is printed in its settings only, not sent to the cluster. */
  readonly name: string;
  readonly peerUrls: readonly string[];
}

export function registerMemberAdd(parent: V2CommandParent, run = runMemberAdd): void {
  parent.command({
    name: 'add',
    usage: '<name> <peerURL>',
    summary: 'Add a member to the cluster',
    description: 'Start the new member after this command, with the settings that it prints.',
    examples: ['etcdctl member add m4 https://10.0.0.4:2380'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl member add <name> --peer-urls=<peerURL>',
    toOptions([name, url, ...others]): MemberAddOptions {
      if (name === undefined || url === undefined || others.length > 0) {
        throw new V2Failure('Provide a name and a single member peerURL', 'plain');
      }
      return { name, peerUrls: toPeerUrls([url]) };
    },
    run,
  });
}

export async function runMemberAdd({ name, peerUrls }: MemberAddOptions, context: V2Context): Promise<void> {
  const { members } = await context.connect();
  const call = { signal: context.deadline() };
  const { id } = await members.add(peerUrls, call);
  await context.emit({ kind: 'text', text: `Added member named ${name} with ID ${id} to cluster\n` });
  const listed = await members.list(call);
  await context.emit({ kind: 'text', text: startSettings(name, id, listed) });
}

/** The environment variables to start the new member with, as shell assignments. */
function startSettings(name: string, id: string, members: readonly V2Member[]): string {
  const cluster = members.flatMap((member) =>
    member.peerUrls.map((url) => `${member.id === id ? name : member.name}=${url}`),
  );
  const settings = {
    ETCD_NAME: name,
    ETCD_INITIAL_CLUSTER: cluster.join(','),
    ETCD_INITIAL_CLUSTER_STATE: 'existing',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${quoteGo(bytesFromText(value))}\n`);
  return `\n${lines.join('')}`;
}
