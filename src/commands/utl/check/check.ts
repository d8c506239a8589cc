import type { CommandParent } from '../../../cli/command.js';
import { registerCheckV2Store } from './v2store.js';

export function registerCheck(parent: CommandParent): void {
  const check = parent.family({
    name: 'check',
    group: 'files',
    summary: 'Check the contents of a data directory',
    flags: {},
  });
  registerCheckV2Store(check);
}
