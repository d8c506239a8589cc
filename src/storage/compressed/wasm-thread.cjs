// The thread in which Node.js without zstd compresses. It gets blocks in shared memory and answers each, in their order, with its frame, or
// with a text that says what failed. Without types, because tests run it as it is; the build bundles it into a text.
const { parentPort, workerData } = require('node:worker_threads');
const { compress, init } = require('@bokuweb/zstd-wasm');

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const initialized = init();

port.on('message', async (block) => {
  try {
    await initialized;
    const frame = compress(block, workerData.level);
    port.postMessage(frame, [/** @type {ArrayBuffer} */ (frame.buffer)]);
  } catch (error) {
    port.postMessage(String(error));
  }
});
