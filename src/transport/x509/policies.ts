/**
 * Certificate policies (RFC 5280 §6.1 with the graph of RFC 9618). The initial policy set is anyPolicy, so policies matter only where a
 * CA requires an explicit policy.
 */
import type { Certificate } from './certificate.js';

const ANY_POLICY = '2.5.29.32.0';

interface Node {
  readonly policy: string;
  expected: readonly string[];
  readonly parents: readonly Node[];
}

/** The nodes of one depth of the graph, by policy. */
type Stratum = Map<string, Node>;

/** How many more certificates each rule does not apply to; 0: it applies. */
interface Countdown {
  explicitPolicy: number;
  policyMapping: number;
  inhibitAnyPolicy: number;
}

/** @param chain from the server's certificate to the root, whose own policies are ignored */
export function hasValidPolicies(chain: readonly Certificate[]): boolean {
  const path = chain.slice(0, -1).reverse();
  if (path.length === 0) return true;
  const start = path.length + 1;
  const countdown: Countdown = { explicitPolicy: start, policyMapping: start, inhibitAnyPolicy: start };
  let strata: Stratum[] | undefined = [
    new Map([[ANY_POLICY, { policy: ANY_POLICY, expected: [ANY_POLICY], parents: [] }]]),
  ];
  for (const [index, certificate] of path.entries()) {
    const isLast = index === path.length - 1;
    if (certificate.extensions.policies.policies.length === 0) strata = undefined;
    if (strata === undefined && countdown.explicitPolicy === 0) return false;
    if (strata !== undefined) {
      grow(strata, certificate, countdown.inhibitAnyPolicy > 0 || (!isLast && isSelfIssued(certificate)));
      if (!isLast && !applyMappings(strata, certificate, countdown.policyMapping > 0)) return false;
    }
    if (!isLast) countDown(countdown, certificate);
  }
  if (countdown.explicitPolicy > 0) countdown.explicitPolicy--;
  if (chain[0]?.extensions.policies.requireExplicitPolicy === 0) countdown.explicitPolicy = 0;
  return countdown.explicitPolicy > 0 || (strata !== undefined && hasPolicy(strata));
}

function isSelfIssued({ rawIssuer, rawSubject }: Certificate): boolean {
  return rawIssuer.equals(rawSubject);
}

/** Adds a stratum with the certificate's policies that its parents expect. */
function grow(strata: Stratum[], { extensions }: Certificate, allowsAnyPolicy: boolean): void {
  const above = [...(strata.at(-1)?.values() ?? [])];
  const stratum: Stratum = new Map();
  strata.push(stratum);
  const add = (policy: string, parents: readonly Node[]) => {
    if (parents.length > 0) stratum.set(policy, { policy, expected: [policy], parents });
  };
  const { policies } = extensions.policies;
  for (const policy of policies) {
    if (policy === ANY_POLICY) continue;
    const expecting = above.filter(({ expected }) => expected.includes(policy));
    add(policy, expecting.length > 0 ? expecting : above.filter((node) => node.policy === ANY_POLICY));
  }
  if (policies.includes(ANY_POLICY) && allowsAnyPolicy) {
    const missing = new Set(
      above.flatMap(({ expected }) => expected).filter((policy) => !stratum.has(policy)),
    );
    for (const policy of missing) {
      add(
        policy,
        above.filter(({ expected }) => expected.includes(policy)),
      );
    }
  }
  prune(strata);
}

/** Removes nodes without children, except in the last stratum. */
function prune(strata: Stratum[]): void {
  for (let depth = strata.length - 2; depth > 0; depth--) {
    const children = [...(strata[depth + 1]?.values() ?? [])];
    for (const node of strata[depth]?.values() ?? []) {
      if (!children.some(({ parents }) => parents.includes(node))) strata[depth]?.delete(node.policy);
    }
  }
}

/** Returns false when there is a mapping from or to anyPolicy, which is not allowed. */
function applyMappings(strata: Stratum[], { extensions }: Certificate, isAllowed: boolean): boolean {
  const { mappings } = extensions.policies;
  const leaves = strata.at(-1) ?? new Map<string, Node>();
  const subjects = new Map<string, string[]>();
  for (const { issuer, subject } of mappings) {
    if (!isAllowed) leaves.delete(issuer);
    else if (issuer === ANY_POLICY || subject === ANY_POLICY) return false;
    else subjects.set(issuer, [...(subjects.get(issuer) ?? []), subject]);
  }
  if (mappings.length > 0) prune(strata);
  const any = leaves.get(ANY_POLICY);
  for (const [policy, expected] of subjects) {
    const leaf = leaves.get(policy);
    if (leaf !== undefined) leaf.expected = expected;
    else if (any !== undefined) leaves.set(policy, { policy, expected, parents: [any] });
  }
  return true;
}

function countDown(countdown: Countdown, certificate: Certificate): void {
  const { requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = certificate.extensions.policies;
  const step = isSelfIssued(certificate) ? 0 : 1;
  const next = (left: number, limit = Number.POSITIVE_INFINITY) => Math.min(Math.max(0, left - step), limit);
  countdown.explicitPolicy = next(countdown.explicitPolicy, requireExplicitPolicy);
  countdown.policyMapping = next(countdown.policyMapping, inhibitPolicyMapping);
  countdown.inhibitAnyPolicy = next(countdown.inhibitAnyPolicy, inhibitAnyPolicy);
}

/** Whether a policy is valid for the whole path. */
function hasPolicy(strata: readonly Stratum[]): boolean {
  if (strata.at(-1)?.has(ANY_POLICY)) return true;
  const nodes = strata.flatMap((stratum) => [...stratum.values()]);
  return nodes.some(
    ({ policy, parents }) =>
      policy !== ANY_POLICY && parents.length === 1 && parents[0]?.policy === ANY_POLICY,
  );
}
