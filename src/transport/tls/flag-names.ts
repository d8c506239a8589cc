/** What the flags that name TLS files are called, for whoever has to look at them again. */
export interface TlsFlagNames {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Those of the version 3 commands. */
export const TLS_FLAG_NAMES: TlsFlagNames = { ca: '--cacert', cert: '--cert', key: '--key' };

/** `--cacert, --cert and --key` */
export function listed({ ca, cert, key }: TlsFlagNames): string {
  return `${ca}, ${cert} and ${key}`;
}
