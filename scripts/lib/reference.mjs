// The real etcd programs that tests compare with: finds those on the machine and obtains others.
import { existsSync } from 'node:fs';
import { debianPlans } from './reference/debian.mjs';
import { goPlans } from './reference/golang.mjs';
import { findLocal } from './reference/local.mjs';
import { releasePlans } from './reference/releases.mjs';
import { readCached, readIndex, retryAfterMs, writeIndex } from './reference/store.mjs';
import { compareVersions } from './version.mjs';

/** @typedef {import('./reference/programs.mjs').Reference} Reference */
/** @typedef {import('./reference/plan.mjs').Plan} Plan */
/** @typedef {Reference & { etcdctl: string }} CompleteReference server and client, as tests need them */

/** Environment variable: the versions or series to use, such as `3.5,3.7.1`; all when empty. */
const versionsVariable = 'ETCD_REFERENCE_VERSIONS';

/**
 * The versions that the last `npm run reference` found and that still exist.
 *
 * @returns {CompleteReference[]} oldest first; only versions with both etcd and etcdctl
 */
export function loadReference() {
  return loadServers().filter(
    /** @returns {entry is CompleteReference} */ (entry) => entry.etcdctl !== undefined,
  );
}

/**
 * @returns {Reference[]} as `loadReference`, including versions without etcdctl
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
 * @property {boolean} [quick] stop after the first source that gives a server
 * @property {boolean} [prebuilt] with `quick`: build nothing, and begin with the newest package
 * @property {boolean} [refresh] also try the sources again that failed within the last hour
 * @property {(line: string) => void} say receives progress, and the reason for each missing version
 */

/**
 * Looks for etcd on the machine, obtains missing versions, and writes the index.
 *
 * @param {ObtainOptions} options
 * @returns {Promise<Reference[]>} oldest first; empty when no source gave anything
 */
export async function obtainReference(options) {
  const wanted = wantedSeries();
  const local = await findLocal();
  for (const note of local.notes) options.say(note);
  const available = new Collection([...local.found, ...readCached()], wanted);
  const index = readIndex();
  if (!(options.quick && available.size > 0)) await obtainMissing(available, index, options);
  // Include versions that a concurrent run has obtained in the meantime.
  for (const reference of readCached()) available.add(reference);
  const settled = { ...readIndex().settled, ...index.settled };
  writeIndex({ entries: available.sorted([]), settled, failed: index.failed });
  return available.sorted();
}

/**
 * @param {Collection} available receives the versions
 * @param {import('./reference/store.mjs').Index} index receives the settled and the failed plans
 * @param {ObtainOptions} options
 */
async function obtainMissing(available, index, options) {
  const { plans, notes } = allPlans();
  for (const note of notes) options.say(note);
  const follow = async (/** @type {Plan} */ plan) => {
    if ((options.quick && available.size > 0) || isSettled(plan, available, index)) return;
    const before = index.failed[plan.key];
    const recent = before !== undefined && Date.now() - before.atMs < retryAfterMs;
    if (recent && available.size > 0 && !options.refresh) {
      options.say(`${plan.label}: not available (${before.reason}); --refresh tries again`);
      return;
    }
    await attempt(plan, { available, index, options });
  };
  const lane = async (/** @type {Plan['lane']} */ name) => {
    const ofLane = plans.filter((candidate) => candidate.lane === name);
    // Later suites have newer servers: with `quick`, take the newest one that runs on this machine.
    for (const plan of options.quick ? ofLane.toReversed() : ofLane) await follow(plan);
  };
  if (options.quick) {
    // A download takes less time than a build.
    await lane('packages');
    await lane('releases');
    if (!options.prebuilt) await lane('go');
  } else {
    await Promise.all([lane('packages'), lane('go')]);
    if (available.size === 0) await lane('releases');
  }
}

/**
 * @param {Plan} plan
 * @param {{ available: Collection, index: import('./reference/store.mjs').Index, options: ObtainOptions }} run
 */
async function attempt(plan, { available, index, options }) {
  const began = Date.now();
  options.say(`${plan.label}: obtaining it ...`);
  try {
    const reference = await plan.obtain();
    index.settled[plan.key] = reference.version;
    delete index.failed[plan.key];
    available.add(reference);
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
 * @param {Collection} available
 * @param {import('./reference/store.mjs').Index} index
 * @returns {boolean} whether the plan would add no wanted version
 */
function isSettled(plan, available, index) {
  const version = plan.version ?? index.settled[plan.key];
  if (version !== undefined && available.all.has(version)) return true;
  if (plan.version !== undefined && !isWanted(plan.version, available.wanted)) return true;
  return available.satisfiesWanted();
}

/** The versions found so far. When two sources have the same version, the first one is used. */
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

  /** The number of wanted versions in the collection. */
  get size() {
    return this.sorted().length;
  }

  /** Whether particular versions are wanted and all of them are in the collection. */
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
