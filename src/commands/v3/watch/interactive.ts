import type { CommandContext } from '../../../cli/context.js';
import { parseFlags } from '../../../cli/flag-parser.js';
import { createProgram } from '../../../cli/program.js';
import { lines } from '../../../cli/stdin.js';
import { type Watch, type WatchStreams, watchKeys } from '../../../client/watch/watch-keys.js';
import { UsageError } from '../../../model/errors.js';
import { quotedWords } from '../../kv/quoted-words.js';
import { printWatch, type WatchOutput } from './print-watch.js';
import {
  type KeyVariables,
  missingCommand,
  type ParsedWords,
  requestFlags,
  toWatchRequest,
  toWatchTarget,
  type WatchRequest,
  wrongNumber,
} from './request.js';
import { openWatchClients, type WatchClients } from './watch-clients.js';

/**
 * Reads one request a line from standard input: `watch` starts another watch, `progress` requests a progress notification
 * of all watches. Prints all watches concurrently. Rejects at the end of the input, for an invalid watch request, and
 * when the command of an event fails.
 */
export async function runInteractiveWatch(
  variables: KeyVariables,
  output: WatchOutput,
  context: CommandContext,
): Promise<void> {
  const clients = await openWatchClients(context, output.mayBeFragmented);
  const session = new Session({ variables, output, context }, clients);
  try {
    await session.run();
  } finally {
    await session.close();
  }
}

interface SessionSettings {
  readonly variables: KeyVariables;
  readonly output: WatchOutput;
  readonly context: CommandContext;
}

class Session {
  readonly #variables: KeyVariables;
  readonly #output: WatchOutput;
  readonly #context: CommandContext;
  readonly #streams: WatchStreams;
  readonly #closing = new AbortController();
  readonly #watches = new Map<Watch, Promise<unknown>>();
  /** Rejects with the first failure; never resolves. */
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;

  constructor({ variables, output, context }: SessionSettings, { streams }: WatchClients) {
    this.#variables = variables;
    this.#output = output;
    this.#context = context;
    this.#streams = streams;
    this.#failure = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // A rejection is not unhandled when it comes before `run` awaits the promise.
    this.#failure.catch(() => undefined);
    const { signal } = context;
    signal.addEventListener('abort', () => this.#fail(signal.reason), { once: true });
  }

  async run(): Promise<void> {
    const input = lines(this.#context.stdin);
    for (;;) {
      this.#context.signal.throwIfAborted();
      const { done, value: line } = await Promise.race([nextLine(input), this.#failure]);
      if (done) throw new UsageError('error reading watch request line: EOF', 'input');
      await this.#runRequest(line);
    }
  }

  /** Ends the watches, and waits for commands of events that are running. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#watches.values());
  }

  async #runRequest(line: string): Promise<void> {
    const words = quotedWords(line);
    const [verb, ...rest] = words;
    if (verb === 'progress') {
      for (const watching of this.#watches.keys()) watching.requestProgress();
    } else if (verb === 'watch') await this.#watch(line, rest);
    else if (verb === undefined) this.#printError(`Invalid command: ${line} (watch and progress supported)`);
    else this.#printError(`Invalid command ${line} (only support watch)`);
  }

  async #watch(line: string, words: readonly string[]): Promise<void> {
    if (words.length === 0 && this.#variables.key === '') {
      this.#printError(`Invalid command ${line} (command type or key is not provided)`);
      return;
    }
    const request = parseRequest(words, this.#variables);
    try {
      await this.#start(request);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#printError(`Invalid command ${line} (${error.message})`);
    }
  }

  /** Settles when the server has created the watch, before the next line is read. */
  async #start(request: WatchRequest): Promise<void> {
    const target = toWatchTarget(request, this.#output.mayBeFragmented);
    const signal = AbortSignal.any([this.#context.signal, this.#closing.signal]);
    const watching = watchKeys(this.#streams, target, { signal, sleep: this.#context.clock.sleep });
    const isReady = new Promise<void>((onCreated) => {
      const { command } = request;
      const printed = printWatch(watching, {
        command,
        context: this.#context,
        output: this.#output,
        onCreated,
      })
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#watches.delete(watching);
          onCreated();
        });
      this.#watches.set(watching, printed);
    });
    await Promise.race([isReady, this.#failure]);
  }

  #printError(text: string): void {
    this.#context.notices.line(text);
  }
}

/** Throws a `UsageError` for invalid flags or arguments, which ends the program as in etcdctl (status 128). */
function parseRequest(words: readonly string[], variables: KeyVariables): WatchRequest {
  if (words.length > 0 && words.indexOf('--') === words.length - 1) throw missingCommand();
  const given = parseWords(words);
  const request = toWatchRequest(given, variables, true);
  if (given.argsLenAtDash === undefined && request.words.length === 0) throw wrongNumber();
  return request;
}

async function nextLine(input: AsyncGenerator<string, void>): Promise<IteratorResult<string, void>> {
  try {
    return await input.next();
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`error reading watch request line: ${cause.message}`, 'input', { cause });
  }
}

/** Parses the flags of a line by the same rules as those of a command line. */
function parseWords(words: readonly string[]): ParsedWords {
  const program = createProgram(
    {
      name: 'etcdctl',
      summary: '',
      globalFlags: {},
      listsGlobalFlagsApart: false,
    },
    parseFlags,
  );
  program.command({
    name: 'watch',
    summary: '',
    flags: requestFlags,
    deadline: 'none',
    toOptions: (args, flags, argsLenAtDash): ParsedWords => ({ args, flags, argsLenAtDash }),
    run: async () => undefined,
  });
  try {
    const outcome = program.parse(['watch', ...words]);
    if (outcome.kind === 'text') throw new UsageError('pflag: help requested');
    return outcome.invocation.options as ParsedWords;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message, 'arguments', { cause: error });
  }
}
