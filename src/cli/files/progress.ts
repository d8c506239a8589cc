import type { PaceOptions } from '../../storage/pace.js';
import type { CommandContext } from '../context.js';

/** Shows on a terminal how far work on a file is, and lets the context's signal interrupt it. */
export async function withProgress<Value>(
  label: string,
  { notices, signal }: Pick<CommandContext, 'notices' | 'signal'>,
  work: (pace: PaceOptions) => Promise<Value>,
): Promise<Value> {
  const progress = notices.progress(label);
  try {
    return await work({ signal, onProgress: (done, total) => progress.update(done, total) });
  } finally {
    progress.stop();
  }
}
