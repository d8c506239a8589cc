import type { CommandParent } from '../../../cli/command.js';
import { registerCheckDatascale } from './datascale.js';
import { registerCheckPerf } from './perf.js';

export function registerCheck(parent: CommandParent): void {
  const check = parent.family({
    name: 'check',
    group: 'utility',
    summary: 'Try how much load and data a cluster bears',
    description: [
      'Both checks write keys of their own under a prefix that must be empty, and delete them in the end. They are a',
      'burden for the cluster: not for the hours in which it is busy.',
    ].join('\n'),
    flags: {},
  });
  registerCheckPerf(check);
  registerCheckDatascale(check);
}
