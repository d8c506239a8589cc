import { fileURLToPath } from 'node:url';

const BUILT = new URL('../dist/npm/main.js', import.meta.url);

/**
 * Runs the built program under one of its two names.
 * @param {'etcdctl' | 'etcdutl'} name
 */
export async function launch(name) {
  let program;
  try {
    program = await import(BUILT.href);
  } catch (error) {
    if (!isMissing(error)) throw error;
    console.error(`${name}: not built yet; run this first:`);
    console.error(`  npm --prefix ${fileURLToPath(new URL('..', import.meta.url))} run build`);
    process.exitCode = 1;
    return;
  }
  await program.runProcess(name, process);
}

/** @param {unknown} error */
function isMissing(error) {
  return (
    error instanceof Error &&
    /** @type {NodeJS.ErrnoException} */ (error).code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(fileURLToPath(BUILT))
  );
}
