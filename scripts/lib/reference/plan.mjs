/**
 * One way to obtain a version that is not on the machine.
 *
 * @typedef {object} Plan
 * @property {string} key identifies the plan in the index; a plan that has given a version is not tried again
 * @property {string} label the plan's name in printed lines
 * @property {'packages' | 'go' | 'releases'} lane plans of one lane run in sequence, lanes in parallel
 * @property {string} [version] the version that the plan gives, if it is known in advance
 * @property {() => Promise<import('./programs.mjs').Reference>} obtain rejects with a one-line reason
 */

export {};
