/** Makes command lines for a shell. */
export class CommandLines {
  readonly #flags: readonly string[];

  /** @param flags that reach this cluster, as words */
  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  /** `etcdctl`, the flags of this run, and these words. */
  etcdctl(...words: readonly string[]): string {
    return toLine(this.#flags, words);
  }

  /** The same for the user root, who is asked for a password. */
  etcdctlAsRoot(...words: readonly string[]): string {
    const flags = this.#flags.filter((flag) => !/^--(user|user-file|password-file)=/.test(flag));
    return toLine([...flags, '--user=root'], words);
  }
}

function toLine(flags: readonly string[], words: readonly string[]): string {
  return ['etcdctl', ...flags, ...words].map(quoteWord).join(' ');
}

/** As a POSIX shell reads it back. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
