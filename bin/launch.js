const path = require('node:path');

const LAUNCHER_PATH = path.join(__dirname, '..', 'dist', 'npm', 'launcher.js');

const MIN_NODE_MAJOR = 20;

/**
 * Runs the launcher, which runs the program under one of its two names.
 * @param {'etcdctl' | 'etcdutl'} name
 */
exports.launch = async (name) => {
  if (Number.parseInt(process.versions.node, 10) < MIN_NODE_MAJOR) {
    console.error(
      `${name}: Node.js ${MIN_NODE_MAJOR} or newer is needed, and this is ${process.versions.node}`,
    );
    process.exitCode = 1;
    return;
  }
  let launcher;
  try {
    launcher = require(LAUNCHER_PATH);
  } catch (error) {
    process.exitCode = 1;
    if (isMissing(error)) {
      console.error(`${name}: not built yet; run this first:`);
      console.error(`  npm --prefix ${path.dirname(__dirname)}/ run build`);
    } else if (isSystemError(error)) console.error(`Error: ${error.message}`);
    else throw error;
    return;
  }
  await launcher.launch(name, process);
};

/**
 * Whether the built program does not exist.
 *
 * @param {unknown} error
 */
function isMissing(error) {
  return (
    error instanceof Error &&
    /** @type {NodeJS.ErrnoException} */ (error).code === 'MODULE_NOT_FOUND' &&
    error.message.includes(LAUNCHER_PATH)
  );
}

/**
 * Whether a system call failed, for example because too many files are open.
 *
 * @param {unknown} error
 * @returns {error is Error}
 */
function isSystemError(error) {
  return error instanceof Error && /** @type {NodeJS.ErrnoException} */ (error).syscall !== undefined;
}
