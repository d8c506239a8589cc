import type { StoreGroups } from '../../../model/store-use.js';
import { type KeyUse, type RankOptions, TopGroups, Totals } from './totals.js';

/** Resources whose keys have another name (pkg/registry and pkg/kubeapiserver of Kubernetes). */
const RESOURCE_NAMES: ReadonlyMap<string, string> = new Map([
  ['controllers', 'replicationcontrollers'],
  ['ingress', 'ingresses'],
  ['minions', 'nodes'],
  ['services/endpoints', 'endpoints'],
  ['services/specs', 'services'],
]);

/** The namespace of what has none. */
const NO_NAMESPACE = '(none)';

/** Resources and namespaces are this many at most; further ones are summed up. */
const MAX_GROUPS = 20_000;

/** Sums up the keys of a Kubernetes API server by resource and by namespace. */
export class KubernetesTotals {
  readonly #prefixBytes: number;
  readonly #options: RankOptions;
  readonly #resources = new Map<string, Totals>();
  readonly #namespaces = new Map<string, Totals>();
  readonly #surplus = { resource: new Totals(), namespace: new Totals() };

  /** @param prefixBytes the length of the prefix of all keys, such as `/registry/` */
  constructor(prefixBytes: number, options: RankOptions) {
    this.#prefixBytes = prefixBytes;
    this.#options = options;
  }

  add(key: Uint8Array, use: KeyUse): void {
    const { resource, namespace } = partsOf(Buffer.from(key.subarray(this.#prefixBytes)).toString('latin1'));
    this.#totalsOf(this.#resources, resource, this.#surplus.resource).add(use);
    this.#totalsOf(this.#namespaces, namespace, this.#surplus.namespace).add(use);
  }

  results(hasHistory: boolean): StoreGroups[] {
    const { resource, namespace } = this.#surplus;
    return [
      this.#ranked('resource', this.#resources, resource, hasHistory),
      this.#ranked('namespace', this.#namespaces, namespace, hasHistory),
    ];
  }

  #totalsOf(groups: Map<string, Totals>, name: string, surplus: Totals): Totals {
    const known = groups.get(name);
    if (known !== undefined) return known;
    if (groups.size === MAX_GROUPS) return surplus;
    const totals = new Totals();
    groups.set(name, totals);
    return totals;
  }

  #ranked(
    by: StoreGroups['by'],
    groups: Map<string, Totals>,
    surplus: Totals,
    hasHistory: boolean,
  ): StoreGroups {
    const top = new TopGroups(this.#options);
    for (const [name, totals] of groups) top.add(Buffer.from(name, 'latin1'), totals);
    if (groups.size === MAX_GROUPS) top.add(Buffer.from('(further)'), surplus);
    return top.result(by, hasHistory);
  }
}

/**
 * `pods/NAMESPACE/NAME`, `minions/NAME`; with an API group, `GROUP/RESOURCE/NAMESPACE/NAME` or `GROUP/RESOURCE/NAME`. A group has a dot,
 * a resource has none.
 */
function partsOf(path: string): { readonly resource: string; readonly namespace: string } {
  const parts = path.split('/');
  const hasTwoParts = parts[0]?.includes('.') === true || parts[0] === 'services';
  const resource = parts.slice(0, hasTwoParts && parts.length > 2 ? 2 : 1).join('/');
  const rest = parts.slice(hasTwoParts ? 2 : 1);
  const namespace = rest.length > 1 ? (rest[0] ?? '') : NO_NAMESPACE;
  return { resource: RESOURCE_NAMES.get(resource) ?? resource, namespace };
}
