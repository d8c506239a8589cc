/**
 * One way to obtain one version that is not on the machine yet.
 *
 * @typedef {object} Plan
 * @property {string} key names the plan in the index: when it has given a version it is not tried again
 * @property {string} label names it for people
 * @property {'packages' | 'go' | 'releases'} lane plans of one lane run one after the other, lanes at the same time
 * @property {string} [version] the version that it will give, when that is known beforehand
 * @property {() => Promise<import('./programs.mjs').Reference>} obtain rejects with a one-line reason
 */

export {};
