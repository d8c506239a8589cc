/** Reads single values of etcd's `/metrics`, which is in Prometheus' text format. */

/** The value of a metric without labels; `undefined` when the page has none. */
export function gaugeIn(text: string, name: string): number | undefined {
  const [, value] = new RegExp(`^${name}[ \\t]+(\\S+)`, 'm').exec(text) ?? [];
  const number = Number(value);
  return value === undefined || Number.isNaN(number) ? undefined : number;
}

/** `3.7`; a member that has seen several versions has 1 for the present one only. */
export function clusterVersionIn(text: string): string | undefined {
  return /^etcd_cluster_version\{cluster_version="([^"]*)"\}[ \t]+1$/m.exec(text)?.[1];
}
