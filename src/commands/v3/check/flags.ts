import { boolFlag, stringFlag } from '../../../cli/flags.js';
import { UsageError } from '../../../model/errors.js';

/** The size of a check. */
export type Load = 's' | 'm' | 'l' | 'xl';

const LOADS: Readonly<Record<string, Load>> = {
  s: 's',
  small: 's',
  m: 'm',
  medium: 'm',
  l: 'l',
  large: 'l',
  xl: 'xl',
  xLarge: 'xl',
};

export const loadFlag = stringFlag('s', 'size of the check; s, m, l and xl are the same', {
  choices: ['small', 'medium', 'large', 'xLarge'],
});

export const afterwardsFlags = {
  'auto-compact': boolFlag(false, 'afterwards, compact to the revision at which the keys were deleted'),
  'auto-defrag': boolFlag(false, 'afterwards, defragment every endpoint'),
};

/** Letter case counts. */
export function toLoad(name: string): Load {
  const load = Object.hasOwn(LOADS, name) ? LOADS[name] : undefined;
  if (load === undefined) throw new UsageError(`unknown load option ${name}`, 'choice');
  return load;
}
