import { Parameters } from './parameters.ts';
import { readUriParameters } from './read-uri-parameters.ts';

/** A `tel:` URI (RFC 3966), global (`tel:+15551234`) or local (`tel:1001;phone-context=example.com`). Immutable. */
export class TelUri {
  readonly scheme = 'tel';
  /** As written, visual separators included: `+1-(555)-1234`. */
  readonly subscriber: string;
  readonly #rawParams: string;
  #params: Parameters | undefined;

  constructor(subscriber: string, rawParams: string) {
    this.subscriber = subscriber;
    this.#rawParams = rawParams;
  }

  /** `subscriber`: digits, `+` in front when global. */
  static create(subscriber: string, params: Parameters = Parameters.empty): TelUri {
    return new TelUri(subscriber, params.toString());
  }

  /** The number to dial: without visual separators (RFC 3966 §5.1.1), with the `+` of a global number. */
  get number(): string {
    return this.subscriber.replaceAll(/[-.()]/g, '');
  }

  get isGlobal(): boolean {
    return this.subscriber.startsWith('+');
  }

  /** Where a local number has its meaning: a domain or a global prefix. */
  get phoneContext(): string | undefined {
    return this.params.get('phone-context');
  }

  get params(): Parameters {
    this.#params ??= this.#rawParams === '' ? Parameters.empty : readUriParameters(this.#rawParams);
    return this.#params;
  }

  toString(): string {
    return `tel:${this.subscriber}${this.#rawParams}`;
  }
}
