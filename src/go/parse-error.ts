/** A text that Go's packages reject (strconv, time, encoding/csv, net/url). The message is that of Go. */
export class GoParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GoParseError';
  }
}
