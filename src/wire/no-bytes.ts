/** Stands for every bytes field that a message lacks: one for all, because a decoder would make millions. Nothing can be written to it. */
export const NO_BYTES = new Uint8Array(0);
