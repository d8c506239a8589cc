import type { V2CommandParent } from '../../../cli/v2/command.js';
import { registerAuthDisable } from './disable.js';
import { registerAuthEnable } from './enable.js';

export function registerAuth(parent: V2CommandParent): void {
  const auth = parent.family({ name: 'auth', summary: 'Enable or disable authentication' });
  registerAuthEnable(auth);
  registerAuthDisable(auth);
}
