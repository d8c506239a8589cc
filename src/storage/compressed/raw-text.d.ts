/** The text of a file. vitest reads it; for the build see scripts/lib/bundle.mjs. */
declare module '*?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: vitest gives it this export
  export default text;
}
