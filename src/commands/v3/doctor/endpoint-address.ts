/** The parts of an endpoint or client URL that decide whether two of them are the same. */
interface EndpointAddress {
  /** In lower case; empty: as the TLS flags say. */
  readonly scheme: string;
  /** `host:port` in lower case, or the path of a socket. */
  readonly address: string;
}

function addressOf(endpoint: string): EndpointAddress {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/is.exec(endpoint) ?? [undefined, '', endpoint];
  const isSocket = /^unixs?$/i.test(scheme);
  return {
    scheme: scheme.toLowerCase(),
    address: isSocket ? rest : (rest.split(/[/?#]/)[0] ?? '').toLowerCase(),
  };
}

/** An endpoint without a scheme is the same as one with either. */
export function isSameAddress(one: string, other: string): boolean {
  const [first, second] = [addressOf(one), addressOf(other)];
  if (first.address !== second.address) return false;
  return first.scheme === second.scheme || first.scheme === '' || second.scheme === '';
}

/** Whether it is an address of each machine's own. */
export function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(addressOf(url).address);
}
