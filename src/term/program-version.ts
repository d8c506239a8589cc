import { ETCD_VERSION } from '../model/etcd-version.js';
import type { ProgramVersion } from '../model/program-version.js';

/** The version of the package and the commit; scripts/lib/bundle.mjs defines both. */
declare const PACKAGE_VERSION: string;
declare const SOURCE_COMMIT: string;

/** The program by its installed name, its build, and the runtime of this process. */
export function programVersion(program: 'etcdctl' | 'etcdutl'): ProgramVersion {
  const { bun, node } = process.versions;
  return {
    name: `${program}-ts`,
    // Tests run the sources, which are no build.
    version: typeof PACKAGE_VERSION === 'undefined' ? 'unknown' : PACKAGE_VERSION,
    commit: typeof SOURCE_COMMIT === 'undefined' ? 'unknown' : SOURCE_COMMIT,
    runtime: bun === undefined ? `Node.js ${node}` : `Bun ${bun}`,
    platform: `${process.platform}-${process.arch}`,
    compatibleWith: `${program} ${ETCD_VERSION}`,
  };
}
