/** An address of electronic mail (RFC 2821 §4.1.2), as certificates name them. */
export interface Mailbox {
  readonly local: string;
  /** In lower case. */
  readonly domain: string;
}

/** Nothing for what is no such address to Go's crypto/x509. */
export function parseMailbox(text: string): Mailbox | undefined {
  const quoted = /^"((?:\\[^\0\r\n]|[^\0\t\r\n"\\])*)"@(.*)$/s.exec(text);
  const plain = /^((?:\\[\s\S]|[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.])+)@(.*)$/s.exec(text);
  const [, local = '', domain = ''] = quoted ?? plain ?? [];
  if (quoted === null && plain === null) return undefined;
  const unescaped = local.replace(/\\([\s\S])/g, '$1');
  const hasOddDots = quoted === null && /^\.|\.$|\.\./.test(unescaped);
  const isDomain = domain.split('.').every((label) => /^[!-~]+$/.test(label));
  return hasOddDots || !isDomain ? undefined : { local: unescaped, domain: domain.toLowerCase() };
}
