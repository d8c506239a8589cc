import { SeededRandom } from '../../../storage/support/random.js';
import { type FloodBytes, floodBytes, hostileHeaders, strangerBytes } from './hostile.js';
import { mutatedBytes, mutatedFrames, oneOf } from './mutations.js';
import {
  bytesOf,
  type CallName,
  framesOf,
  partsOf,
  type Recording,
  recordings,
  type WireFrame,
} from './recordings.js';
import { mutatedFields, mutatedMessages, mutatedProtobuf } from './response-mutations.js';

/** What a server does on each connection of one case. */
export interface Script {
  readonly call: CallName;
  readonly family: Family;
  /** Sent when the client has sent its first bytes; `stranger`: at once. */
  readonly opening: Buffer;
  /** Sent for each request. */
  readonly response: (streamId: number) => Buffer;
  /** After the response. */
  readonly ending: 'open' | 'end' | 'reset';
  /** Sent after the response, for as long as the connection lasts. */
  readonly flood: FloodBytes | undefined;
  /** The server does not read what the client sends. */
  readonly isDeaf: boolean;
  /** Sizes of the parts in which bytes are sent; undefined: all at once. */
  readonly partBytes: number | undefined;
}

/** How many of a hundred cases each family has. */
const SHARES = {
  bytes: 16,
  frames: 26,
  fields: 18,
  'header blocks': 8,
  messages: 12,
  protobuf: 13,
  floods: 3,
  stranger: 3,
  unchanged: 1,
} as const;
export type Family = keyof typeof SHARES;
const FAMILIES = Object.entries(SHARES).flatMap(([family, share]) =>
  Array.from({ length: share }, () => family as Family),
);

const ALL = recordings();

export function scriptOf(seed: number, index: number): Script {
  const random = new SeededRandom(seed * 1_000_003 + index);
  return madeOf(oneOf(FAMILIES, random), oneOf(ALL, random), random);
}

/** The response as it was recorded. */
export function unchangedScripts(): Script[] {
  return ALL.map((recording) => madeOf('unchanged', recording, new SeededRandom(1)));
}

function madeOf(family: Family, recording: Recording, random: SeededRandom): Script {
  const { opening, response } = changed(family, recording, random);
  return {
    call: recording.call,
    family,
    opening,
    response,
    ending: family === 'unchanged' ? 'open' : oneOf(['open', 'end', 'end', 'end', 'reset'] as const, random),
    flood: family === 'floods' ? floodBytes(random) : undefined,
    isDeaf: family === 'floods' && random.below(2) === 0,
    partBytes: random.below(4) === 0 ? 1 + random.below(random.below(2) === 0 ? 20 : 2000) : undefined,
  };
}

type Bytes = Pick<Script, 'opening' | 'response'>;

function changed(family: Family, recording: Recording, random: SeededRandom): Bytes {
  const { opening, response } = recording;
  const parts = partsOf(recording);
  const withResponse = (frames: readonly WireFrame[]) => bytesFor(opening, frames);
  switch (family) {
    case 'bytes':
      return changedBytes(recording, random);
    case 'frames':
      return random.below(4) === 0
        ? bytesFor(mutatedFrames(opening, random), response)
        : withResponse(mutatedFrames(response, random));
    case 'fields':
      return withResponse(framesOf(mutatedFields(parts, random)));
    case 'header blocks':
      return withResponse([...hostileHeaders(random), ...response.slice(random.below(3))]);
    case 'messages':
      return withResponse(framesOf(mutatedMessages(parts, random)));
    case 'protobuf':
      if (parts.messages.length === 0) return withResponse(framesOf(mutatedFields(parts, random)));
      return withResponse(framesOf(mutatedProtobuf(parts, random)));
    case 'floods':
      return withResponse(random.below(2) === 0 ? [] : response.slice(0, random.below(3)));
    case 'stranger':
      return { opening: strangerBytes(random), response: () => Buffer.alloc(0) };
    case 'unchanged':
      return withResponse(response);
  }
}

function bytesFor(opening: readonly WireFrame[], response: readonly WireFrame[]): Bytes {
  return { opening: bytesOf(opening), response: (streamId) => bytesOf(onStream(response, streamId)) };
}

/** The recorded response is that of stream 1. */
function onStream(frames: readonly WireFrame[], streamId: number): WireFrame[] {
  return frames.map((frame) => (frame.streamId === 1 ? { ...frame, streamId } : frame));
}

/** The same change for the response on every stream. */
function changedBytes({ opening, response }: Recording, random: SeededRandom): Bytes {
  if (random.below(4) === 0)
    return { ...bytesFor([], response), opening: mutatedBytes(bytesOf(opening), random) };
  const seed = random.below(2 ** 31);
  const mutated = (streamId: number) =>
    mutatedBytes(bytesOf(onStream(response, streamId)), new SeededRandom(seed));
  return { opening: bytesOf(opening), response: mutated };
}
