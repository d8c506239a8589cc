// The exit statuses of etcdctl and etcdutl, as Markdown, for docs/commands.md and the man pages.

/** @type {readonly (readonly [status: number, meaning: string])[]} */
export const EXIT_STATUSES = [
  [0, 'Success.'],
  [
    1,
    'Failure, such as a server that cannot be reached, or a negative result; also an unknown command or flag, a value that does not parse, a required flag that is missing, and wrong arguments of `completion`, `etcdutl hash`, `hashkv`, `list-bucket` and `iterate-bucket`. For `doctor`: something needs a person; for `diff`: there are differences.',
  ],
  [
    2,
    'No client could be made: a refused login, no endpoint, contradictory size limits. For `lease list`, `lease timetolive` and `lease keep-alive --once` also a failed call. For `doctor` and `diff`: they could not look.',
  ],
  [3, 'Invalid input: a transaction or a watch request on standard input, or a check whose prefix has keys.'],
  [
    4,
    "A flag's value is not one of the possible ones, the output format does not support the result, or a minimum revision is above its maximum.",
  ],
  [5, 'No snapshot was saved, or the server has canceled a watch.'],
  [7, 'For `watch --checkpoint`: the events after the checkpoint have been compacted.'],
  [128, 'Missing, surplus or contradictory arguments; unusable certificate files.'],
  [141, 'The reader of a pipe has gone (SIGPIPE).'],
];

export const EXIT_STATUS_NOTES = `\`lock\` exits with the exit code of the program that it runs. A command that SIGINT or SIGTERM stops ends with that signal, except:
\`lock\` and \`elect\` exit with 0 when they hold the lock or the leadership, \`elect --listen\` too; \`snapshot save\` exits with 5, and
\`check perf\` with 1. The commands of \`ETCDCTL_API=2\` have exit codes of their own, listed there.`;
