// Makes docs/commands.md from the declarations of the commands.

import { EXIT_STATUS_NOTES, EXIT_STATUSES } from './exit-statuses.mjs';

/** @typedef {import('../../src/cli/command-description.js').CommandDescription} Command */
/** @typedef {import('../../src/cli/command-description.js').FlagDescription} Flag */
/**
 * @typedef {object} Program
 * @property {Command} description
 * @property {boolean} hasVariables whether global flags can be set by ETCDCTL_ variables
 * @property {string} [words] how the program is called, if not by its name alone
 * @property {string} [about] replaces the paragraph about global flags
 */

const GROUPS = ['kv', 'cluster', 'concurrency', 'auth', 'files', 'utility'];

const PREAMBLE = `<!-- Written by \`npm run generate\` from the declarations in src/commands; edits are lost. -->

# Commands

The name of a command can be abbreviated to a unique prefix: \`etcdctl compact 5\`. Flags can stand before, between and
after the arguments, as \`--limit=5\` or \`--limit 5\`; boolean flags take a value only after \`=\`. Everything after \`--\`
is an argument.

## Exit codes

| Code | Meaning |
| --- | --- |
${EXIT_STATUSES.map(([code, meaning]) => `| ${code} | ${meaning} |`).join('\n')}

${EXIT_STATUS_NOTES}
`;

/**
 * @param {readonly Program[]} programs
 * @returns {string}
 */
export function commandsPage(programs) {
  return [PREAMBLE, ...programs.flatMap(programSections)].join('\n');
}

/** @param {Program} program */
function programSections({ description, hasVariables, words = description.name, about }) {
  const { summary, flags, commands } = description;
  const variables = hasVariables
    ? '\nEach can be set by an environment variable instead, but not by both: `ETCDCTL_DIAL_TIMEOUT` sets `--dial-timeout`. The\nsame is true for the flags of a command group: `ETCDCTL_CLUSTER` sets `--cluster` of the `endpoint` commands.'
    : '';
  return [
    section(`## ${words}`, [
      `${prose(summary)}.`,
      about ?? `Every command accepts these flags.${variables}`,
      flagTable(flags.toSorted((a, b) => (a.name < b.name ? -1 : 1))),
    ]),
    ...commands
      .toSorted(byGroup)
      .flatMap((command) => commandSections(command, { program: words, inherited: [] })),
  ];
}

/**
 * Compares commands for the order in which help lists them.
 *
 * @param {Command} a
 * @param {Command} b
 */
function byGroup(a, b) {
  const place = (/** @type {Command} */ { group }) => (group === undefined ? -1 : GROUPS.indexOf(group));
  return place(a) - place(b);
}

/**
 * @param {Command} command
 * @param {{ program: string, inherited: readonly Flag[] }} place
 * @returns {string[]}
 */
function commandSections(command, { program, inherited }) {
  const { path, usage, summary, description, examples, flags, commands, isAddition } = command;
  const words = `${program} ${path}`;
  const line =
    commands.length > 0 ? `${words} <command>` : [words, usage, '[flags]'].filter(Boolean).join(' ');
  const own = section(`### ${words}`, [
    `${prose(summary)}.${isAddition ? ' (An addition: the Go program does not have it.)' : ''}`,
    `\`\`\`\n${line}\n\`\`\``,
    ...(description === '' ? [] : [paragraphs(description)]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
    ...(commands.length > 0 ? [commandList(commands)] : []),
    ...(flags.length + inherited.length > 0 ? [flagTable([...flags, ...inherited])] : []),
  ]);
  const below = { program, inherited: [...flags, ...inherited] };
  return [own, ...commands.flatMap((each) => commandSections(each, below))];
}

/** @param {readonly Command[]} commands */
function commandList(commands) {
  return commands.map(({ name, summary }) => `- \`${name}\`: ${prose(summary)}`).join('\n');
}

/** @param {readonly Flag[]} flags */
function flagTable(flags) {
  const rows = flags.map(
    ({ name, short, placeholder, summary, defaultText, choices, isRequired, isAddition }) => {
      const flag = [`--${name}`, placeholder].filter(Boolean).join(' ');
      const names = short === undefined ? code(flag) : `${code(flag)}, ${code(`-${short}`)}`;
      const values = choices.length === 0 ? '' : `: ${choices.map(code).join(', ')}`;
      const whenMissing = isRequired ? 'required' : defaultText === '' ? '' : code(defaultText);
      return `| ${names} | ${whenMissing} | ${prose(summary).replaceAll('|', '\\|')}${values}${isAddition ? ' (an addition)' : ''} |`;
    },
  );
  return ['| Flag | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * A command's description as Markdown: prose, and indented examples as code blocks.
 *
 * @param {string} description
 */
function paragraphs(description) {
  /** @type {{ isExample: boolean, lines: string[] }[]} */
  const blocks = [];
  for (const line of description.split('\n')) {
    const last = blocks.at(-1);
    const isExample = line === '' ? (last?.isExample ?? false) : line.startsWith(' ');
    if (last?.isExample === isExample) last.lines.push(line);
    else blocks.push({ isExample, lines: [line] });
  }
  return blocks
    .map(({ isExample, lines }) => {
      const text = lines.join('\n');
      return isExample ? `\`\`\`\n${dedent(text)}\n\`\`\`` : prose(text.trim());
    })
    .join('\n\n');
}

/** @param {string} block */
function dedent(block) {
  const lines = block.trimEnd().split('\n');
  const margin = Math.min(...lines.filter(Boolean).map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(margin)).join('\n');
}

/**
 * @param {string} title
 * @param {readonly string[]} parts
 */
function section(title, parts) {
  return `${[title, ...parts].join('\n\n')}\n`;
}

/** @param {string} text */
function code(text) {
  return `\`${text}\``;
}

/**
 * Escapes text for Markdown, where `<key>` is HTML, and stars and underscores are emphasis.
 *
 * @param {string} text
 */
function prose(text) {
  return text.replaceAll('<', '&lt;').replace(/[*_]/g, '\\$&');
}
