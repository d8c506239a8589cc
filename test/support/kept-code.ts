import { randomUUID } from 'node:crypto';
import { Script } from 'node:vm';

/**
 * Sources of the same length, by which V8 tells kept code apart, and with different texts: V8 does not look at the kept code of a source that
 * it has compiled before in this process, in whichever test file that was.
 */
const newSource = () => `(function () { return ${JSON.stringify(randomUUID())}; })`;

/** Keeps compiled code under the present flags of V8, and returns a function that tells whether V8 would reject it now. */
export function keepCode(): () => boolean {
  const cachedData = new Script(newSource()).createCachedData();
  return () => new Script(newSource(), { cachedData }).cachedDataRejected === true;
}
