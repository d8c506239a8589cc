// Makes the manual pages of section 1 from the declarations of the commands, in the macros of man(7).
import { EXIT_STATUS_NOTES, EXIT_STATUSES } from './exit-statuses.mjs';

/** @typedef {import('../../src/cli/command-description.js').CommandDescription} Command */
/** @typedef {import('../../src/cli/command-description.js').FlagDescription} Flag */
/**
 * @typedef {object} Manual
 * @property {Command} program
 * @property {boolean} hasVariables whether global flags can be set by ETCDCTL_ variables
 * @property {string} version of the package
 */

/**
 * A page for the program, `etcdctl.1`, and one for each of its commands with all subcommands, such as `etcdctl-member.1`.
 *
 * @param {Manual} manual
 * @returns {Map<string, string>} the text of each page by the name of its file
 */
export function manPages(manual) {
  const { program } = manual;
  const pages = new Map([[`${program.name}.1`, programPage(manual)]]);
  for (const command of program.commands)
    pages.set(`${pageName(manual, command)}.1`, commandPage(manual, command));
  return pages;
}

/**
 * @param {Pick<Manual, 'program'>} manual
 * @param {Command} command
 */
function pageName({ program }, command) {
  return `${program.name}-${command.name}`;
}

/** @param {Manual} manual */
function programPage(manual) {
  const { program, hasVariables } = manual;
  return page(manual, program.name, program.summary, [
    section('SYNOPSIS', synopsis(program, program.name)),
    section(
      'DESCRIPTION',
      paragraph(
        'Flags can stand before, between and after the arguments. Names of commands can be abbreviated to a unique prefix. After `--`, everything is an argument.',
      ),
    ),
    section(
      'COMMANDS',
      ...program.commands.map((command) =>
        item(`${bold(`${pageName(manual, command)}`)}(1)`, prose(`${command.summary}.`)),
      ),
    ),
    section('OPTIONS', ...program.flags.toSorted(byName).map(option)),
    ...(hasVariables
      ? [
          section(
            'ENVIRONMENT',
            paragraph(
              'The variable `ETCDCTL_` with the name of a flag in capitals and underscores sets that flag: `ETCDCTL_DIAL_TIMEOUT` is `--dial-timeout`. A flag and its variable must not both be set.',
            ),
            item(bold('ETCDCTL_API'), prose('2 selects the commands of the version 2 API.')),
            item(
              `${bold('HTTPS_PROXY')}, ${bold('HTTP_PROXY')}, ${bold('NO_PROXY')}`,
              prose('The proxy to connect through.'),
            ),
            item(
              `${bold('NO_COLOR')}, ${bold('FORCE_COLOR')}`,
              prose('Turn colours off, or on where there is no terminal.'),
            ),
          ),
        ]
      : []),
    exitStatus(),
  ]);
}

/**
 * @param {Manual} manual
 * @param {Command} command
 */
function commandPage(manual, command) {
  const words = `${manual.program.name} ${command.path}`;
  const all = [command, ...command.commands];
  return page(manual, pageName(manual, command), command.summary, [
    section(
      'SYNOPSIS',
      ...leaves(command).map((leaf) => synopsis(leaf, `${manual.program.name} ${leaf.path}`)),
    ),
    ...(command.description === '' ? [] : [section('DESCRIPTION', description(command))]),
    ...(command.commands.length === 0
      ? []
      : [section('COMMANDS', ...command.commands.map((each) => subcommand(each)))]),
    section(
      'OPTIONS',
      ...command.flags.map(option),
      paragraph(`The options that every command accepts are in \`${manual.program.name}\`(1).`),
    ),
    ...(all.every(({ examples }) => examples.length === 0)
      ? []
      : [section('EXAMPLES', example(all.flatMap((each) => each.examples)))]),
    section(
      'EXIT STATUS',
      paragraph(`Those of \`${manual.program.name}\`(1), unless the description above gives others.`),
    ),
    section('SEE ALSO', paragraph(`\`${manual.program.name}\`(1), \`${words} --help\``)),
  ]);
}

/**
 * @param {Command} command
 * @returns {Command[]} the commands that run, of this one and those below it
 */
function leaves(command) {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

/** @param {Command} command of a family */
function subcommand(command) {
  return [
    `.SS ${quoted([command.name, command.usage].filter(Boolean).join(' '))}`,
    paragraph(`${command.summary}.`),
    ...(command.description === '' ? [] : [description(command)]),
    ...command.flags.map(option),
  ].join('\n');
}

/**
 * @param {Manual} manual
 * @param {string} name
 * @param {string} summary
 * @param {readonly string[]} sections
 */
function page({ program, version }, name, summary, sections) {
  return [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`etcdctl-ts ${version}`)} ${quoted(`${program.name} manual`)}`,
    // No hyphenation, and text that is not justified: names and flags stay whole.
    '.nh',
    '.ad l',
    section('NAME', `${escaped(name)} \\- ${prose(lowerFirst(summary))}`),
    ...sections,
    '',
  ].join('\n');
}

/**
 * @param {string} title
 * @param {...string} parts
 */
function section(title, ...parts) {
  return [`.SH ${quoted(title)}`, ...parts].join('\n');
}

/**
 * @param {Command} command
 * @param {string} words
 */
function synopsis({ usage, commands }, words) {
  const rest =
    commands.length > 0 ? '<command> [arguments] [flags]' : [usage, '[flags]'].filter(Boolean).join(' ');
  return `.HP\n${bold(words)} ${escaped(rest)}`;
}

/** @param {Flag} flag */
function option({ name, short, placeholder, summary, defaultText, choices, isRequired }) {
  const names = [...(short === undefined ? [] : [bold(`-${short}`)]), bold(`--${name}`)].join(', ');
  const value = placeholder === '' ? '' : ` \\fI${escaped(placeholder.slice(1, -1))}\\fR`;
  const notes = [
    ...(choices.length === 0 ? [] : [`one of ${choices.join(', ')}`]),
    ...(isRequired ? ['required'] : []),
    ...(defaultText === '' ? [] : [`default ${defaultText}`]),
  ];
  return item(`${names}${value}`, prose(notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`));
}

/**
 * @param {string} term
 * @param {string} text
 */
function item(term, text) {
  return `.TP\n${term}\n${text}`;
}

/** @param {Pick<Command, 'description'>} command prose, and indented lines that are kept as they are */
function description({ description: text }) {
  const blocks = text
    .split(/\n{2,}/)
    .map((block) => (block.startsWith(' ') ? example(block.split('\n')) : paragraph(block)));
  return blocks.join('\n');
}

/** @param {string} text with `code` */
function paragraph(text) {
  return `.PP\n${prose(text)}`;
}

/** @param {readonly string[]} lines */
function example(lines) {
  return ['.PP', '.nf', '.RS', ...lines.map((line) => escaped(line) || '.sp'), '.RE', '.fi'].join('\n');
}

function exitStatus() {
  return section(
    'EXIT STATUS',
    ...EXIT_STATUSES.map(([status, meaning]) => item(String(status), prose(meaning))),
    paragraph(EXIT_STATUS_NOTES),
  );
}

/** @param {string} text in which `code` becomes bold */
function prose(text) {
  return text
    .replaceAll('\n', ' ')
    .split('`')
    .map((part, index) => (index % 2 === 1 ? bold(part) : escaped(part)))
    .join('')
    .replace(/^(?=[.'])/, '\\&');
}

/** @param {string} text */
function bold(text) {
  return `\\fB${escaped(text)}\\fR`;
}

/**
 * Text as troff shows it. Hyphens and apostrophes are those of ASCII: commands can be copied from a page.
 *
 * @param {string} text
 */
function escaped(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^(?=[.])/, '\\&');
}

/** @param {string} text an argument of a macro */
function quoted(text) {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

/** @param {string} text */
function lowerFirst(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/**
 * @param {Flag} a
 * @param {Flag} b
 */
function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}
