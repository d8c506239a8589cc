// The real etcd programs that tests compare with: what is at hand, and how to get more.
import { existsSync } from 'node:fs';
import { debianPlans } from './reference/debian.mjs';
import { goPlans } from './reference/golang.mjs';
import { findLocal } from './reference/local.mjs';
import { releasePlans } from './reference/releases.mjs';
import { readCached, readIndex, writeIndex } from './reference/store.mjs';
import { compareVersions } from './version.mjs';

/** @typedef {import('./reference/programs.mjs').Reference} Reference */
/** @typedef {import('./reference/plan.mjs').Plan} Plan */
/** @typedef {Reference & { etcdctl: string }} CompleteReference server and client, as tests need them */

/** Restricts the series that are looked for, such as `3.5,3.7`. */
const versionsVariable = 'ETCD_REFERENCE_VERSIONS';

/** A source that failed is left alone for so long, as long as another one gave something. */
const retryAfterMs = 60 * 60 * 1000;

/**
 * What the last `npm run reference` found, as far as it still exists.
 *
 * @returns {CompleteReference[]} oldest first; only versions with both etcd and etcdctl
 */
export function loadReference() {
  return loadServers().filter(
    /** @returns {entry is CompleteReference} */ (entry) => entry.etcdctl !== undefined,
  );
}

/**
 * @returns {Reference[]} as `loadReference`, with versions of which only the server is there
 */
export function loadServers() {
  const wanted = wantedSeries();
  return readIndex().entries.filter(
    (entry) =>
      [entry.etcd, entry.etcdctl, entry.etcdutl].every((file) => file === undefined || existsSync(file)) &&
      isWanted(entry.version, wanted),
  );
}

/**
 * @typedef {object} ObtainOptions
 * @property {boolean} [quick] be content with the first source that gives a server
 * @property {boolean} [prebuilt] with `quick`: build nothing, and begin with the newest package
 * @property {boolean} [refresh] also try again what failed a short while ago
 * @property {(line: string) => void} say receives progress and the reasons for what is missing
 */

/**
 * Looks for etcd on the machine, obtains what is missing, and writes the index.
 *
 * @param {ObtainOptions} options
 * @returns {Promise<Reference[]>} oldest first; empty when no source gave anything
 */
export async function obtainReference(options) {
  const wanted = wantedSeries();
  const local = await findLocal();
  for (const note of local.notes) options.say(note);
  const atHand = new Collection([...local.found, ...readCached()], wanted);
  const index = readIndex();
  if (!(options.quick && atHand.size > 0)) await obtainMissing(atHand, index, options);
  // Another run may have finished in the meantime: what it obtained counts too.
  for (const reference of readCached()) atHand.add(reference);
  const settled = { ...readIndex().settled, ...index.settled };
  writeIndex({ entries: atHand.sorted([]), settled, failed: index.failed });
  return atHand.sorted();
}

/**
 * @param {Collection} atHand receives what is obtained
 * @param {import('./reference/store.mjs').Index} index receives what was settled and what failed
 * @param {ObtainOptions} options
 */
async function obtainMissing(atHand, index, options) {
  const { plans, notes } = allPlans();
  for (const note of notes) options.say(note);
  const follow = async (/** @type {Plan} */ plan) => {
    if ((options.quick && atHand.size > 0) || isSettled(plan, atHand, index)) return;
    const before = index.failed[plan.key];
    const recent = before !== undefined && Date.now() - before.atMs < retryAfterMs;
    if (recent && atHand.size > 0 && !options.refresh) {
      options.say(`${plan.label}: not available (${before.reason}); --refresh tries again`);
      return;
    }
    await attempt(plan, { atHand, index, options });
  };
  const lane = async (/** @type {Plan['lane']} */ name) => {
    const ofLane = plans.filter((candidate) => candidate.lane === name);
    // Later suites have newer servers: when one is enough, it is the newest that runs here.
    for (const plan of options.quick ? ofLane.toReversed() : ofLane) await follow(plan);
  };
  if (options.quick) {
    // A download takes less time than to build.
    await lane('packages');
    await lane('releases');
    if (!options.prebuilt) await lane('go');
  } else {
    await Promise.all([lane('packages'), lane('go')]);
    if (atHand.size === 0) await lane('releases');
  }
}

/**
 * @param {Plan} plan
 * @param {{ atHand: Collection, index: import('./reference/store.mjs').Index, options: ObtainOptions }} run
 */
async function attempt(plan, { atHand, index, options }) {
  const began = Date.now();
  options.say(`${plan.label}: getting it ...`);
  try {
    const reference = await plan.obtain();
    index.settled[plan.key] = reference.version;
    delete index.failed[plan.key];
    atHand.add(reference);
    options.say(`${plan.label}: etcd ${reference.version} (${Math.round((Date.now() - began) / 1000)} s)`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    index.failed[plan.key] = { reason, atMs: Date.now() };
    options.say(`${plan.label}: not available (${reason})`);
  }
}

/** @returns {{ plans: Plan[], notes: string[] }} */
function allPlans() {
  const debian = debianPlans();
  const go = goPlans();
  const releases = releasePlans();
  return {
    plans: [...debian.plans, ...go.plans, ...releases.plans],
    notes: [debian.note, go.note, releases.note].filter((note) => note !== undefined),
  };
}

/**
 * @param {Plan} plan
 * @param {Collection} atHand
 * @param {import('./reference/store.mjs').Index} index
 * @returns {boolean} whether following the plan would add nothing
 */
function isSettled(plan, atHand, index) {
  const version = plan.version ?? index.settled[plan.key];
  if (version !== undefined && atHand.all.has(version)) return true;
  if (plan.version !== undefined && !isWanted(plan.version, atHand.wanted)) return true;
  return atHand.satisfiesWanted();
}

/** The versions at hand; of two sources for one version the first one counts. */
class Collection {
  /** @type {Map<string, Reference>} */
  all = new Map();

  /**
   * @param {Reference[]} references
   * @param {string[]} wanted
   */
  constructor(references, wanted) {
    this.wanted = wanted;
    for (const reference of references) this.add(reference);
  }

  /** @param {Reference} reference */
  add(reference) {
    if (!this.all.has(reference.version)) this.all.set(reference.version, reference);
  }

  /** How many of the wanted ones there are. */
  get size() {
    return this.sorted().length;
  }

  /** Whether there is a restriction and everything it names is here. */
  satisfiesWanted() {
    const versions = [...this.all.keys()];
    return (
      this.wanted.length > 0 && this.wanted.every((series) => versions.some((v) => isWanted(v, [series])))
    );
  }

  /** @param {string[]} [wanted] */
  sorted(wanted = this.wanted) {
    return [...this.all.values()]
      .filter(({ version }) => isWanted(version, wanted))
      .sort((a, b) => compareVersions(a.version, b.version));
  }
}

/** @returns {string[]} empty when every series is wanted */
function wantedSeries() {
  return (process.env[versionsVariable] ?? '').split(/[\s,]+/).filter((series) => series !== '');
}

/**
 * @param {string} version
 * @param {string[]} wanted
 */
function isWanted(version, wanted) {
  return wanted.length === 0 || wanted.some((series) => `${version}.`.startsWith(`${series}.`));
}
