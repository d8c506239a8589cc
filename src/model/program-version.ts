/** Which build of this package is running, and on what. */
export interface ProgramVersion {
  /** `etcdctl-ts` or `etcdutl-ts`. */
  readonly name: string;
  readonly version: string;
  /** The hash of the commit, with `-dirty` when files had changed since; `unknown` for a build outside of a git checkout. */
  readonly commit: string;
  /** Such as `Node.js 22.15.0` and `Bun 1.4.5`. */
  readonly runtime: string;
  /** Operating system and architecture by the names of Node.js, such as `linux-x64`. */
  readonly platform: string;
  /** The program whose behaviour it has, such as `etcdctl 3.7.1`. */
  readonly compatibleWith: string;
}
