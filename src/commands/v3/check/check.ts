import type { CommandParent } from '../../../cli/command.js';
import { registerCheckDatascale } from './datascale.js';
import { registerCheckPerf } from './perf.js';

export function registerCheck(parent: CommandParent): void {
  const check = parent.family({
    name: 'check',
    group: 'utility',
    summary: 'Check the performance and memory usage of a cluster',
    description: [
      'The checks write keys under a prefix that must be empty, and delete them at the end. They put a heavy load on the',
      'cluster: do not run them while it is busy.',
    ].join('\n'),
    flags: {},
  });
  registerCheckPerf(check);
  registerCheckDatascale(check);
}
