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

export const loadFlag = stringFlag('s', 'size of the load; s, m, l and xl are accepted too', {
  choices: ['small', 'medium', 'large', 'xLarge'],
});

export const afterwardsFlags = {
  'auto-compact': boolFlag(false, 'compact the history after the check'),
  'auto-defrag': boolFlag(false, 'defragment every endpoint after the check'),
};

/** Letter case counts. */
export function toLoad(name: string): Load {
  const load = Object.hasOwn(LOADS, name) ? LOADS[name] : undefined;
  if (load === undefined) throw new UsageError(`unknown load option ${name}`, 'choice');
  return load;
}
