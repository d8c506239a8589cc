/** What a shell may do besides offering the candidates: bits of a sum, with cobra's values (v1.10.2). */
export const Directive = {
  /** Files, where nothing else is offered. */
  none: 0,
  noFiles: 4,
} as const;
export type Directive = (typeof Directive)[keyof typeof Directive];
