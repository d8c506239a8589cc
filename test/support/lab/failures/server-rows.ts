/** Requests that the server refuses, with what this program says. */
import type { ServerMessage } from './messages.js';

export interface ServerRow {
  readonly name: string;
  readonly says: ServerMessage;
  /**
   * `page`: what answers is not etcd: 502 to a put, 404 to others. `auth`: users root and reader, whose password is the name. `full`: the
   * alarm NOSPACE. `alone`: one of three members is left.
   */
  readonly server: 'plain' | 'auth' | 'full' | 'alone' | 'page';
  readonly args: readonly string[];
  /** Flags before `args`; those of the lab when absent. */
  readonly flags?: readonly string[];
  readonly stdin?: string;
}

const anonymous: readonly string[] = [];

export const SERVER_ROWS: readonly ServerRow[] = [
  { name: 'a read without a leader', says: 'noLeader', server: 'alone', args: ['get', 'k'] },
  { name: 'a write without a leader', says: 'noLeader', server: 'alone', args: ['put', 'k', 'v'] },
  { name: 'a full database', says: 'noSpace', server: 'full', args: ['put', 'k', 'v'] },
  { name: 'auth without a user', says: 'needsLogin', server: 'auth', flags: anonymous, args: ['get', 'k'] },
  {
    name: 'a wrong password',
    says: 'wrongPassword',
    server: 'auth',
    flags: ['--user=root:wrong'],
    args: ['get', 'k'],
  },
  {
    name: 'an unknown user',
    says: 'wrongPassword',
    server: 'auth',
    flags: ['--user=nobody:x'],
    args: ['get', 'k'],
  },
  {
    name: 'a bad token',
    says: 'badToken',
    server: 'auth',
    flags: ['--auth-jwt-token=x'],
    args: ['get', 'k'],
  },
  {
    name: 'a key without permission',
    says: 'notPermitted',
    server: 'auth',
    flags: ['--user=reader:reader'],
    args: ['put', 'k', 'v'],
  },
  {
    name: 'a command for root',
    says: 'notPermitted',
    server: 'auth',
    flags: ['--user=reader:reader'],
    args: ['user', 'list'],
  },
  { name: 'a compacted revision', says: 'compacted', server: 'plain', args: ['get', 'k', '--rev=1'] },
  { name: 'a future revision', says: 'futureRevision', server: 'plain', args: ['get', 'k', '--rev=1000'] },
  {
    name: 'a value that is too large',
    says: 'tooLarge',
    server: 'plain',
    args: ['put', 'k'],
    stdin: 'x'.repeat(1_800_000),
  },
  {
    name: 'too many operations',
    says: 'tooManyOperations',
    server: 'plain',
    args: ['txn'],
    stdin: `\n${'get k\n'.repeat(129)}\n\n`,
  },
  { name: 'a proxy without a server', says: 'proxyWithoutServer', server: 'page', args: ['put', 'k', 'v'] },
  { name: 'a web server', says: 'webPage', server: 'page', args: ['get', 'k'] },
];
