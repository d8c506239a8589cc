import { UsageError } from '../model/errors.js';
import type { Credentials } from '../transport/connection.js';
import type { CommandContext, Prompt } from './context.js';
import type { GlobalOptions } from './globals.js';
import type { User } from './user.js';

type ReadSecret = CommandContext['readSecret'];

/** The login with the global options. Its password is asked for, or read, once for all clients, before the first of them connects. */
export class Login {
  /** The prompt for the command. Remembers that the command has asked for a password, so that the login's question can name its user. */
  readonly prompt: Prompt;
  readonly #globals: Pick<GlobalOptions, 'user' | 'connection'>;
  readonly #ask: (username: string) => Promise<string>;
  readonly #readSecret: ReadSecret;
  #credentials: Promise<Credentials | undefined> | undefined;
  #username: string | undefined;
  #isCommandAsking = false;

  constructor(
    globals: Pick<GlobalOptions, 'user' | 'connection'>,
    { prompt, notices }: Pick<CommandContext, 'prompt' | 'notices'>,
    readSecret: ReadSecret,
  ) {
    const { user } = globals;
    this.#globals = globals;
    this.#readSecret = readSecret;
    this.#username = user !== undefined && 'username' in user ? user.username : undefined;
    this.#ask = (username) => {
      // After questions about another user's password; the question itself is etcdctl's.
      if (this.#isCommandAsking) notices.hint(`To log in as ${username}:`);
      return prompt.password('Password: ');
    };
    this.prompt = {
      line: prompt.line,
      confirm: prompt.confirm,
      get isInteractive() {
        return prompt.isInteractive;
      },
      password: (question) => {
        this.#isCommandAsking = true;
        return prompt.password(question);
      },
    };
  }

  /** The user's name, if it is known. */
  get username(): string | undefined {
    return this.#username;
  }

  credentials(): Promise<Credentials | undefined> {
    this.#credentials ??= this.#obtain();
    return this.#credentials;
  }

  async #obtain(): Promise<Credentials | undefined> {
    const { user, connection } = this.#globals;
    if (user === undefined || 'password' in user) return connection.credentials;
    if ('userFile' in user) return this.#fromUserFile(user.userFile);
    const { username } = user;
    const password =
      'passwordFile' in user
        ? await this.#readSecret({ flag: '--password-file', file: user.passwordFile })
        : await this.#ask(username);
    return password === '' ? undefined : { kind: 'password', username, password };
  }

  async #fromUserFile(file: string): Promise<Credentials> {
    const text = await this.#readSecret({ flag: '--user-file', file });
    const [, username, password] = /^([^:]+):(.+)$/s.exec(text) ?? [];
    if (username === undefined || password === undefined) {
      const name = file === '-' ? 'standard input' : file;
      throw new UsageError(`--user-file: ${name} must contain name:password`, 'flag');
    }
    this.#username = username;
    return { kind: 'password', username, password };
  }
}

/** Whether the login takes standard input, before the command can. */
export function readsStdin(user: User | undefined): boolean {
  if (user === undefined) return false;
  return 'userFile' in user ? user.userFile === '-' : 'passwordFile' in user && user.passwordFile === '-';
}
