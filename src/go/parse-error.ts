/** Text that Go's strconv, time or csv package refuses; the message is the one Go gives. */
export class GoParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GoParseError';
  }
}
