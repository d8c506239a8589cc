/** The release of etcdctl and etcdutl that this program is compatible with. `version` prints it. */
export const ETCD_VERSION = '3.7.1';
const API_VERSION = '3.7';

/** The output of `version`. */
export function versionText(program: 'etcdctl' | 'etcdutl'): string {
  return `${program} version: ${ETCD_VERSION}\nAPI version: ${API_VERSION}\n`;
}
