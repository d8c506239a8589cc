const path = require('node:path');

const BUILT = path.join(__dirname, '..', 'dist', 'npm', 'main.js');

/**
 * Runs the built program under one of its two names.
 * @param {'etcdctl' | 'etcdutl'} name
 */
exports.launch = async (name) => {
  let program;
  try {
    program = require(BUILT);
  } catch (error) {
    process.exitCode = 1;
    if (isMissing(error)) {
      console.error(`${name}: not built yet; run this first:`);
      console.error(`  npm --prefix ${path.dirname(__dirname)}/ run build`);
    } else if (isOfSystem(error)) console.error(`Error: ${error.message}`);
    else throw error;
    return;
  }
  await program.launch(name, process);
};

/** @param {unknown} error */
function isMissing(error) {
  return (
    error instanceof Error &&
    /** @type {NodeJS.ErrnoException} */ (error).code === 'MODULE_NOT_FOUND' &&
    error.message.includes(BUILT)
  );
}

/**
 * As when no more files may be opened.
 *
 * @param {unknown} error
 * @returns {error is Error}
 */
function isOfSystem(error) {
  return error instanceof Error && /** @type {NodeJS.ErrnoException} */ (error).syscall !== undefined;
}
