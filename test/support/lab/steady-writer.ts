import { ask } from './gateway.js';
import type { Lab } from './lab.js';
import type { Dice } from './random/dice.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Writes transactions without a pause until it is stopped: puts and deletions of keys under `w/`, at most 12 at once. */
export class SteadyWriter {
  readonly #lab: Lab;
  readonly #dice: Dice;
  readonly #keys: number;
  #isStopped = false;
  #count = 0;
  #running: Promise<void> | undefined;

  constructor(lab: Lab, dice: Dice, keys = 40) {
    this.#lab = lab;
    this.#dice = dice;
    this.#keys = keys;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) await this.#transaction();
  }

  async #transaction(): Promise<void> {
    const names = new Set(
      Array.from({ length: 1 + this.#dice.below(12) }, () => `w/${this.#dice.below(this.#keys)}`),
    );
    const success = [...names].map((name) =>
      this.#dice.chance(0.3)
        ? { requestDeleteRange: { key: base64(name) } }
        : { requestPut: { key: base64(name), value: base64(`value ${this.#count++}`) } },
    );
    // A server that restarts does not answer.
    await ask(this.#lab, 'kv/txn', { success }).catch(
      () => new Promise((resolve) => setTimeout(resolve, 20)),
    );
  }
}

/** The history of the keys under `w/` as lines `revision type key value`, in their order. */
export async function historyOf(lab: Lab, fromRevision: number): Promise<string[]> {
  const { header } = (await ask(lab, 'kv/range', { key: base64('w/') })) as { header: { revision: string } };
  const last = Number(header.revision);
  const controller = new AbortController();
  const create = {
    create_request: { key: base64('w/'), range_end: base64('w0'), start_revision: fromRevision },
  };
  const response = await fetch(`${lab.cluster.endpoints[0]}/v3/watch`, {
    method: 'POST',
    body: JSON.stringify(create),
    signal: controller.signal,
  });
  // The last event of the history is a marker.
  await ask(lab, 'kv/put', { key: base64('w/marker'), value: base64(`after ${last}`) });
  const lines: string[] = [];
  for await (const line of linesOf(response)) {
    lines.push(...eventLines(JSON.parse(line).result));
    if (lines.at(-1)?.endsWith(`after ${last}`)) break;
  }
  controller.abort();
  return lines;
}

interface JsonEvent {
  readonly type?: string | number;
  readonly kv: { readonly key: string; readonly value?: string; readonly mod_revision: string | number };
}

/** One line for each event of a response, as the gateway and `watch -w json` have it. */
export function eventLines(response: {
  readonly events?: readonly JsonEvent[];
  readonly Events?: readonly JsonEvent[];
}) {
  return (response.events ?? response.Events ?? []).map(({ type, kv }) => {
    const isDeletion = type === 'DELETE' || type === 1;
    const text = (bytes = '') => Buffer.from(bytes, 'base64').toString();
    return `${kv.mod_revision} ${isDeletion ? 'DELETE' : 'PUT'} ${text(kv.key)} ${text(kv.value)}`.trimEnd();
  });
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((line) => line !== '');
  }
}
