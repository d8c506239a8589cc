/** The release of etcdctl and etcdutl whose behaviour this program has, and whose number scripts ask for. */
export const ETCD_VERSION = '3.7.1';
export const API_VERSION = '3.7';

/** What `version` prints, for either program. */
export function versionText(program: 'etcdctl' | 'etcdutl'): string {
  return `${program} version: ${ETCD_VERSION}\nAPI version: ${API_VERSION}\n`;
}
