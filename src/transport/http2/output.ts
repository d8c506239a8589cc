import type { ByteSocket } from '../socket/byte-socket.js';
import { Http2Error } from './error.js';

/** Answers that may wait for a peer that asks without reading; honest ones have a few dozen bytes on their way. */
const MOST_ANSWER_BYTES = 2 ** 20;

/** Frames on their way to the socket. What is sent by one piece of work goes out together. */
export class Output {
  readonly #socket: ByteSocket;
  #frames: Buffer[] = [];
  /** Since the socket last had nothing left to send. */
  #answerBytes = 0;

  constructor(socket: ByteSocket) {
    this.#socket = socket;
  }

  send(frame: Buffer): void {
    if (this.#frames.length === 0) queueMicrotask(() => this.flush());
    this.#frames.push(frame);
  }

  /** What the peer has asked for, and can ask for as often as it likes. @throws Http2Error when it does not read the answers */
  answer(frame: Buffer): void {
    this.#answerBytes += frame.length;
    if (this.#answerBytes > MOST_ANSWER_BYTES) {
      throw new Http2Error('ENHANCE_YOUR_CALM', 'answers are asked for and not read');
    }
    this.send(frame);
  }

  flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    const [first] = frames;
    if (first === undefined) return;
    if (this.#socket.unsentBytes === 0) this.#answerBytes = 0;
    this.#socket.write(frames.length === 1 ? first : Buffer.concat(frames));
  }

  /** Nothing goes out any more. */
  discard(): void {
    this.#frames = [];
  }
}
