import type { Lab } from '../../support/lab/lab.js';
import {
  askingNoServer,
  type Scene,
  type SideBySideCase,
  sideBySide,
} from '../../support/lab/side-by-side.js';

/** Sets `{leader}`, the leader's id, and `{at}`, its endpoint; `{follower}` and `{beside}` are those of a follower. */
const leadership: Scene = {
  name: 'a leader',
  async set(lab) {
    for (;;) {
      const lines = await statusLines(lab);
      const leader = lines.find(({ leads }) => leads);
      const follower = lines.find(({ leads }) => !leads);
      if (leader === undefined || follower === undefined) continue;
      return { leader: leader.id, follower: follower.id, at: leader.endpoint, beside: follower.endpoint };
    }
  },
};

async function statusLines(lab: Lab) {
  const { stdout } = await lab.real(['endpoint', 'status', '-w', 'json']);
  // Ids exceed 2^53: quote them, so that JSON.parse keeps them exactly.
  const exact = stdout.toString().replace(/("(?:member_id|leader)":)(\d+)/g, '$1"$2"');
  const list: { Endpoint: string; Status: { header: { member_id: string }; leader: string } }[] =
    JSON.parse(exact);
  return list.map(({ Endpoint, Status }) => ({
    endpoint: Endpoint,
    id: BigInt(Status.header.member_id).toString(16),
    leads: Status.leader === Status.header.member_id,
  }));
}

/** Masks the id of the answering member, which is the current leader, and the term, which grows with each election. */
const mask = {
  pattern: /("member_?id" ?: ?"?|"raft_?term" ?: ?"?)\d+/gi,
  replacement: (match: string) => match.replace(/\d+$/, '<n>'),
};

const moving: readonly SideBySideCase[] = [
  ...['simple', 'json', 'fields', 'table', 'protobuf'].map((format) => ({
    run: `move-leader {follower} -w ${format}`,
    scene: leadership,
    ...(format === 'json' && { mask }),
  })),
  { run: 'move-leader {leader}', scene: leadership },
  { run: 'move-leader 1234', scene: leadership },
  { run: 'move-leader 0', scene: leadership },
];

const refused: readonly SideBySideCase[] = [
  ...askingNoServer([{ run: 'move-leader' }, { run: 'move-leader 1 2' }, { run: 'move-leader x' }]),
  { run: ['move-leader', ''] },
  ...askingNoServer([
    { run: 'move-leader 0x1' },
    { run: 'move-leader fffffffffffffffff' },
    { run: 'move-leader -- -1' },
  ]),
  { run: 'move-leader 1234' },
  ...askingNoServer([{ run: 'move-leader 1234 -w xml' }, { run: 'move-leader 1234 --nonsense' }]),
  { run: 'move-leader 1234 --endpoints=127.0.0.1:1 --command-timeout=300ms', alone: true },
  { run: 'move 1234' },
];

sideBySide('move-leader', moving, { members: 3, profile: 'tls', reset: [] });
sideBySide('move-leader without a transfer', refused);
