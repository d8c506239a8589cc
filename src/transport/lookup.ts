import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';

type LookupCallback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/**
 * For `net.connect`: a full name, with its final dot, is also looked for without it. The C library does not find it in /etc/hosts
 * otherwise, as Go does; discovery by DNS gives such names.
 */
export function lookUpHost(host: string, options: LookupAllOptions, callback: LookupCallback): void {
  lookup(host, options, (error, addresses) => {
    if (error === null || !host.endsWith('.')) callback(error, addresses);
    else lookup(host.slice(0, -1), options, callback);
  });
}
