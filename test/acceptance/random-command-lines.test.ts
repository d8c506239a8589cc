/**
 * Random command lines, valid and invalid, for the newest real etcdctl and ours, on equal states of a server: stdout, exit code and
 * final error line must be equal. RANDOM_CASES and RANDOM_SEED set the number and the seed. The title of a failed test has the complete
 * command line, from which a case of a table in side-by-side/ can be made.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEtcdctl } from '../../src/etcdctl.js';
import type { Client } from '../../src/model/services.js';
import { connect } from '../../src/transport/grpc/connect.js';
import {
  AlarmResponse,
  DeleteRangeResponse,
  DowngradeResponse,
  PutResponse,
  ResponseHeader,
  TxnResponse,
} from '../../src/wire/etcdserver.js';
import { connectionOptions } from '../support/grpc/options.js';
import { atRest } from '../support/lab/at-rest.js';
import { comparesWithAtLeast, type Lab, startLab } from '../support/lab/lab.js';
import { CommandLines, type RandomLine } from '../support/lab/random/command-line.js';
import { Dice } from '../support/lab/random/dice.js';
import { EqualState } from '../support/lab/random/equal-state.js';
import { KNOWN_DIFFERENCES } from '../support/lab/random/known-differences.js';
import { type OutputMask, observeBoth } from '../support/lab/side-by-side.js';
import type { MessageCodec } from '../support/message-codec.js';

const CASES = Number(process.env.RANDOM_CASES ?? 80);
const SEED = Number(process.env.RANDOM_SEED ?? 1);

/** Commands that change nothing; all others can. */
const READING: ReadonlySet<string> = new Set([
  'get',
  'lease timetolive',
  'lease list',
  'member list',
  'endpoint health',
  'endpoint status',
  'endpoint hashkv',
  'alarm list',
  'downgrade validate',
  'auth status',
  'user get',
  'user list',
  'role get',
  'role list',
  'version',
]);

/** The messages that `-w protobuf` prints for commands that change something. */
const MESSAGES: Readonly<Record<string, MessageCodec<object>>> = {
  put: PutResponse,
  del: DeleteRangeResponse,
  txn: TxnResponse,
  'lease grant': ResponseHeader,
  'lease keep-alive': ResponseHeader,
  'alarm disarm': AlarmResponse,
  'downgrade cancel': DowngradeResponse,
};

/** Commands whose messages are compared by their header only, which is field 1 of each message. */
const HEADER_ONLY = /^(user|role) /;

/** Text that differs between runs: ids that the server generates, times, and sizes of the database. */
const VARYING_TEXT: OutputMask = {
  pattern:
    /\b[0-9a-f]{16}\b|"(ID|TTL|ttl)"( : |:)\d+|remaining\(\d+s\)|\b\d+(\.\d+)?(ns|\u00c2\u00b5s|ms|s)\b|"(raftIndex|raftAppliedIndex|dbSize|dbSizeInUse|DBSize|DBSizeInUse|RaftIndex|RaftAppliedIndex)"( : |:)\d+|\b\d+(\.\d+)? [kM]B\b/g,
  replacement: '<chance>',
};

/** Such text also changes the width of columns: rows of box-drawing characters (in UTF-8) and of blanks are reduced to one. */
const VARYING_IN_TABLE: OutputMask = {
  pattern: new RegExp(`${VARYING_TEXT.pattern.source}|(?:\u00e2\u0094\u0080)+| +`, 'g'),
  replacement: (match) => (match.startsWith(' ') ? ' ' : match.startsWith('\u00e2') ? '-' : '<chance>'),
};

// An older etcdctl words many errors otherwise.
describe.skipIf(!comparesWithAtLeast('3.6'))(`random command lines of seed ${SEED}`, async () => {
  let lab: Lab;
  let client: Client;
  let state: EqualState;
  beforeAll(async () => {
    lab = await startLab();
    // The storage version, which is in the status, is written a little after the start.
    await atRest(lab);
    client = await connect(connectionOptions(lab.cluster.endpoints));
    state = new EqualState(client);
  });
  afterAll(async () => {
    client?.close();
    await lab?.stop();
  });

  const lines = new CommandLines((await createEtcdctl()).describe(), new Dice(SEED));
  const cases = Array.from({ length: CASES }, (_, index) => ({ index, line: lines.next() }));

  it.each(cases.map(({ index, line }) => ({ title: titleOf(line), index, line })))(
    '$index: $title',
    async ({ line }) => {
      const both = await observeBoth(lab, {
        run: line.args,
        stdin: line.stdin,
        scene: state.scene({ changes: !READING.has(line.path), givesRevision: line.path === 'compaction' }),
        changes: !READING.has(line.path),
        mask: line.args.includes('table') ? VARYING_IN_TABLE : VARYING_TEXT,
        ...messageOf(line),
      });
      const isKnown = KNOWN_DIFFERENCES.some((difference) => difference.holds({ ...both, line }));
      if (!isKnown) expect(both.ours).toEqual(both.real);
    },
  );
});

/** The codec of an output with revisions. */
function messageOf({ path, args }: RandomLine): { message?: MessageCodec<object> } {
  if (READING.has(path) || !args.some((arg) => arg.endsWith('protobuf'))) return {};
  const message = MESSAGES[path] ?? (HEADER_ONLY.test(path) ? PutResponse : undefined);
  return message === undefined ? {} : { message };
}

function titleOf({ args, stdin }: RandomLine): string {
  return `${JSON.stringify(args)}${stdin === '' ? '' : ` <<< ${JSON.stringify(stdin)}`}`;
}
