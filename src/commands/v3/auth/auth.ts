import type { CommandParent } from '../../../cli/command.js';
import { registerAuthDisable } from './disable.js';
import { registerAuthEnable } from './enable.js';
import { registerAuthStatus } from './status.js';

export function registerAuth(parent: CommandParent): void {
  const auth = parent.family({
    name: 'auth',
    group: 'auth',
    summary: 'Enable or disable authentication',
    flags: {},
  });
  registerAuthEnable(auth);
  registerAuthDisable(auth);
  registerAuthStatus(auth);
}
