// What has to agree about the version when a release is tagged.

/** The container image that releases push, without its tag. */
const IMAGE = 'ghcr.io/etcdctl-ts/etcdctl-ts';

/** Also pushed as `latest` and published as npm's `latest`, which no pre-release may become. */
const PLAIN_TAG = /^v(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/;

/** A version in the page of installation: `V=0.2.0`, or after the name of the program in a file or an image. */
const NAMED_VERSION = /(?:^V=|etcdctl-ts[-_:@])(\d+(?:\.\w+)*)/gm;

/**
 * @typedef {object} VersionedFiles
 * @property {string} version in package.json
 * @property {string} changelog
 * @property {string} example a manifest with the image
 * @property {string} install the page with the commands that install a version
 */

/**
 * @param {string} tag such as `v0.2.0`
 * @param {VersionedFiles} files
 * @returns {string[]} what has to be put right, one sentence each
 */
export function versionMistakes(tag, { version, changelog, example, install }) {
  const mistakes = [];
  if (!PLAIN_TAG.test(tag)) mistakes.push(`the tag is "${tag}", and only tags such as v0.2.0 are released`);
  if (tag !== `v${version}`) mistakes.push(`the tag is "${tag}", and the version in package.json ${version}`);
  if (changesOf(version, changelog) === undefined) {
    mistakes.push(`CHANGELOG.md has no section "## ${version} - YYYY-MM-DD" with entries`);
  }
  const image = `${IMAGE}:${version}`;
  if (!example.split(/\s/).includes(image))
    mistakes.push(`examples/backup/cronjob.yaml does not use ${image}`);
  const named = [...install.matchAll(NAMED_VERSION)].map(([, each]) => each);
  if (!install.includes(image)) mistakes.push(`docs/install.md does not use ${image}`);
  const others = [...new Set(named.filter((each) => each !== version))];
  if (others.length > 0) mistakes.push(`docs/install.md names ${others.join(', ')}, not ${version}`);
  return mistakes;
}

/**
 * @param {string} version
 * @param {string} changelog
 * @returns {string | undefined} the entries of the version, without its heading
 */
export function changesOf(version, changelog) {
  const sections = changelog.split(/^## /m);
  const date = String.raw`\d{4}-\d{2}-\d{2}`;
  const heading = new RegExp(`^${version.replaceAll('.', String.raw`\.`)} - ${date}\n`);
  const section = sections.find((each) => heading.test(each));
  return section?.replace(heading, '').trim() || undefined;
}
