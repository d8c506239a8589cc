import { optionalFlag } from '../../cli/flags.js';
import { DECODINGS, type DecodingName } from '../../model/decoded-value.js';
import { UsageError } from '../../model/errors.js';

export const decodeFlag = optionalFlag(
  DECODINGS,
  'show what is in the values: Kubernetes objects, JSON, text, or else a hex dump; auto when the flag stands alone',
  { isAddition: true },
);

/**
 * `undefined`: the flag is not given.
 * @param args the key and the end of a range
 * @throws UsageError for another value, and for one that is not joined to the flag: it would be a bound of a range
 */
export function toDecoding(value: string, args: readonly string[]): DecodingName | undefined {
  if (value === '') return undefined;
  const decoding = DECODINGS.find((each) => each === value);
  if (decoding === undefined) {
    throw new UsageError(`unknown decoding ${value}`, 'choice', {
      reasons: [`--decode must be one of ${DECODINGS.join(', ')}`],
    });
  }
  const bound = args.length > 1 ? args.find((arg) => DECODINGS.some((each) => each === arg)) : undefined;
  if (bound !== undefined) {
    throw new UsageError(`--decode ${bound} is a flag and a bound of a range`, 'arguments', {
      reasons: [`join the value to the flag with =: --decode=${bound}`],
    });
  }
  return decoding;
}
