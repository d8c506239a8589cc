import { quoteGo } from '../../go/quote.js';

/** In the words of Go's HTTP/2, which grpc-go passes on (golang.org/x/net/http2 `readMetaFrame`). */
const FORBIDDEN_IN_NAMES = /[^!#$%&'*+\-.^_`|~0-9a-z]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what values must not have
const FORBIDDEN_IN_VALUES = /[\x00-\x08\x0a-\x1f\x7f]/;

const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  ':method',
  ':path',
  ':scheme',
  ':authority',
  ':protocol',
]);

/** What a header block must be apart from its encoding (RFC 9113, 8.2 and 8.3): who breaks it has sent a malformed response. */
export class FieldRules {
  /** The first rule that was broken. */
  #violation: string | undefined;
  #hasRegular = false;
  readonly #pseudo: string[] = [];

  /** To be called for each field, in their order. */
  check(name: string, value: string): void {
    this.#violation ??= this.#violationBy(name, value);
    if (name.startsWith(':')) this.#pseudo.push(name);
    else this.#hasRegular = true;
  }

  /** Once the block has ended. */
  get violation(): string | undefined {
    return this.#violation ?? this.#violationOfPseudoFields();
  }

  #violationBy(name: string, value: string): string | undefined {
    if (name.startsWith(':')) {
      if (this.#hasRegular) return 'pseudo header field after regular';
    } else if (name === '' || FORBIDDEN_IN_NAMES.test(name))
      return `invalid header field name ${quoted(name)}`;
    return FORBIDDEN_IN_VALUES.test(value) ? `invalid header field value for ${quoted(name)}` : undefined;
  }

  #violationOfPseudoFields(): string | undefined {
    for (const [index, name] of this.#pseudo.entries()) {
      if (name !== ':status' && !REQUEST_FIELDS.has(name)) return `invalid pseudo-header ${quoted(name)}`;
      if (this.#pseudo.indexOf(name) < index) return `duplicate pseudo-header ${quoted(name)}`;
    }
    const isMixed = this.#pseudo.includes(':status') && this.#pseudo.some((name) => REQUEST_FIELDS.has(name));
    return isMixed ? 'mix of request and response pseudo headers' : undefined;
  }
}

function quoted(text: string): string {
  return quoteGo(Buffer.from(text, 'latin1'));
}
