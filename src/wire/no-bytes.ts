/**
 * The value of every bytes field that a message lacks. It is shared, because a decoder would make millions; being empty, it
 * cannot change.
 */
export const NO_BYTES = new Uint8Array(0);
