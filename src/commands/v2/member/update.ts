import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { V2Failure } from '../../../model/v2/errors.js';
import { toPeerUrls } from './peer-urls.js';

export interface MemberUpdateOptions {
  /** Hexadecimal. */
  readonly id: string;
  readonly peerUrls: readonly string[];
}

export function registerMemberUpdate(parent: V2CommandParent, run = runMemberUpdate): void {
  parent.command({
    name: 'update',
    usage: '<memberID> <peerURLs>',
    summary: 'Update the peer URLs of a member',
    description: 'Separate several URLs with commas.',
    examples: ['etcdctl member update 8211f1d0f64f3269 https://10.0.0.5:2380'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl member update <memberID> --peer-urls=<peerURLs>',
    toOptions([id, urls, ...others]): MemberUpdateOptions {
      if (id === undefined || urls === undefined || others.length > 0) {
        const message =
          'Provide an ID and a list of comma separated peerURL (0xabcd http://example.com,http://example1.com)';
        throw new V2Failure(message, 'plain');
      }
      return { id, peerUrls: toPeerUrls(urls.split(',')) };
    },
    run,
  });
}

export async function runMemberUpdate(
  { id, peerUrls }: MemberUpdateOptions,
  context: V2Context,
): Promise<void> {
  const { members } = await context.connect();
  await members.update(id, peerUrls, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: `Updated member with ID ${id} in cluster\n` });
}
