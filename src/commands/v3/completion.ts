import { completionOf } from '../../cli/completion/completion-command.js';

export const registerCompletion = completionOf('etcdctl');
