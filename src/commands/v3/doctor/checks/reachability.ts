import type { Finding } from '../../../../model/doctor.js';
import { listed } from '../../../../printers/prose.js';
import { finding } from '../catalogue.js';
import { type ClusterView, headerOf, type MemberView } from '../cluster-view.js';
import { isLoopback, isSameAddress } from '../endpoint-address.js';
import { answered, type Place, troubleOf } from '../observation.js';
import { at, type Check, replaceCommand } from './check.js';

/** Endpoints of the command that do not answer and are no member's. */
export const unreachableEndpoints: Check = ({ silent, members, isListKnown }) => {
  const clientUrls = members.flatMap(({ member }) => member.clientUrls);
  return silent
    .filter(({ timesGiven }) => timesGiven > 0)
    .filter((place) => !clientUrls.some((url) => isSameAddress(url, place.endpoint)) && !isDistrusted(place))
    .map((place) =>
      finding('endpoint-unreachable', {
        endpoint: place.endpoint,
        what: `The endpoint does not answer: ${wordsOf(place)}.${isListKnown ? ' No member has it among its client URLs.' : ''}`,
        advice: adviceFor(place, isListKnown),
      }),
    );
};

function adviceFor({ status, metrics }: Place, isListKnown: boolean): string {
  if (isListKnown) return 'Correct --endpoints, or start what should listen there.';
  if (troubleOf(status)?.kind === 'silent' && answered(metrics) !== undefined) {
    return 'etcd runs there: its metrics can be read. A login needs a majority of the members: bring back those that are down.';
  }
  return 'Check the address, and whether etcd runs there and can be reached from this machine.';
}

/** Endpoints of the command whose member is not on the list of the others. */
export const strangers: Check = ({ answering, members, isListKnown }) => {
  if (!isListKnown) return [];
  const known = new Set(members.map(({ member }) => member.id));
  return answering
    .filter((place) => !known.has(headerOf(place)?.memberId ?? 0n))
    .map((place) => {
      const id = headerOf(place)?.memberId ?? 0n;
      return finding('endpoint-not-member', {
        memberId: id,
        member: id.toString(16),
        endpoint: place.endpoint,
        what: 'The server there is not a member of the cluster any more: it has been removed, or it was cut off while the list changed.',
        advice:
          'Leave the endpoint out. Stop the server, and remove its data directory before it joins again as a new member.',
      });
    });
};

/** Endpoints of the command that lead to the same member. */
export const repeatedEndpoints: Check = ({ answering, silent, members }) => {
  const repeated = [...answering, ...silent]
    .filter(({ timesGiven }) => timesGiven > 1)
    .map(({ endpoint, timesGiven }) =>
      finding('endpoint-repeated', {
        endpoint,
        what: `The endpoint is given ${timesGiven} times.`,
        advice: 'Give each endpoint once: a list of three that names two members is not what it seems.',
      }),
    );
  const shared = members.flatMap((member) => {
    const given = member.answering.filter(({ timesGiven }) => timesGiven > 0);
    if (given.length < 2) return [];
    const endpoints = listed(given.map(({ endpoint }) => endpoint));
    const what = `${given.length} of the given endpoints are this one member: ${endpoints}.`;
    return [
      finding('endpoint-repeated', { ...at(member), what, advice: 'Give one endpoint for each member.' }),
    ];
  });
  return [...repeated, ...shared];
};

export const otherClusters: Check = ({ elsewhere, clusterId }) => {
  const ids = new Set(elsewhere.map((place) => headerOf(place)?.clusterId ?? 0n));
  return [...ids].map((id) => {
    const endpoints = elsewhere.filter((place) => headerOf(place)?.clusterId === id);
    return finding('clusters-differ', {
      endpoint: endpoints[0]?.endpoint,
      what: `${listed(endpoints.map(({ endpoint }) => endpoint))} belong${endpoints.length === 1 ? 's' : ''} to another cluster, ${id.toString(16)}, and the others to ${clusterId?.toString(16)}.`,
      advice:
        'Give the endpoints of one cluster. If all of them should be one, a member was started with --initial-cluster-state=new instead of existing: stop it, remove its data directory, and start it again.',
    });
  });
};

export const unreachableMembers: Check = ({ members }, lines) =>
  members
    .filter(({ member, answering }) => answering.length === 0 && member.name !== '')
    .filter(({ silent }) => silent.length > 0 && !silent.some(isDistrusted))
    .map((view) => {
      const [place] = view.silent;
      return finding('member-unreachable', {
        ...at(view),
        what: `The member does not answer: ${place === undefined ? 'it was not asked' : wordsOf(place)}.`,
        advice:
          'Start etcd there, or find out what is between it and this machine. If its machine is lost, replace the member:',
        commands: [replaceCommand(view.member, lines)],
      });
    });

/** Members that answer, but not at an address that they tell to clients. */
export const unreachableClientUrls: Check = ({ members }) =>
  members.flatMap((view) => {
    if (view.answering.length === 0) return [];
    return view.silent
      .filter((place) => !isDistrusted(place))
      .map((place) =>
        finding('client-url-unreachable', {
          ...at(view),
          endpoint: place.endpoint,
          what: `The member answers at ${view.answering[0]?.endpoint}, but not at this client URL that it advertises: ${wordsOf(place)}. Clients that ask for the list of members use it.`,
          advice: 'Start the member with an --advertise-client-urls that clients can reach.',
        }),
      );
  });

export const clientUrls: Check = ({ members }) =>
  members.filter(({ member }) => member.name !== '').flatMap((view) => judgeClientUrls(view, members));

function judgeClientUrls(view: MemberView, members: ClusterView['members']): Finding[] {
  const { member, isListed } = view;
  if (!isListed) return [];
  if (member.clientUrls.length === 0) {
    const what = 'The member advertises no client URL.';
    return [
      finding('member-without-client-url', {
        ...at(view),
        what,
        advice: 'Start the member with --advertise-client-urls.',
      }),
    ];
  }
  const others = members.flatMap((other) => other.member.clientUrls);
  const plaintext = member.clientUrls.filter((url) => url.startsWith('http://'));
  const loopback = member.clientUrls.filter(isLoopback);
  const findings: Finding[] = [];
  if (plaintext.length > 0 && others.some((url) => url.startsWith('https://'))) {
    findings.push(
      finding('client-url-plaintext', {
        ...at(view),
        endpoint: plaintext[0],
        what: `The client URL ${listed(plaintext)} is without TLS, and others of the cluster have it.`,
        advice:
          'Start the member with https:// in --listen-client-urls and --advertise-client-urls, and with --cert-file and --key-file.',
      }),
    );
  }
  if (loopback.length === member.clientUrls.length && !member.peerUrls.every(isLoopback)) {
    findings.push(
      finding('client-url-loopback', {
        ...at(view),
        endpoint: loopback[0],
        what: `The member tells clients to connect to ${listed(loopback)}, which is another machine for each of them.`,
        advice: 'Start the member with an --advertise-client-urls that has an address of its machine.',
      }),
    );
  }
  return findings;
}

/** The certificate says why there is no answer: another check reports it. */
function isDistrusted({ certificate }: Place): boolean {
  return answered(certificate)?.problem !== undefined;
}

function wordsOf({ status }: Place): string {
  return troubleOf(status)?.words ?? 'no reason is known';
}
