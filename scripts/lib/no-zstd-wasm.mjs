// In the place of @bokuweb/zstd-wasm in the executable: Bun has zstd.
export function init() {
  throw new Error('this build has no zstd of its own');
}
export const compress = init;
export const decompress = init;
export const wasm = undefined;
