import { isQuoted, unquote } from './quoted-string.ts';

/**
 * The `;name=value` parameters of a URI or a header field value, in their order. Immutable.
 * Names are stored in lower case; a parameter without a value has the value ''. Two flat arrays instead
 * of an object, so that a name such as `__proto__` is a name like any other; the first of a repeated name counts.
 */
export class Parameters implements Iterable<[name: string, value: string]> {
  static readonly empty: Parameters = new Parameters([], []);

  readonly #names: readonly string[];
  /** As on the wire: a quoted string keeps its quotes. */
  readonly #values: readonly string[];

  private constructor(names: readonly string[], values: readonly string[]) {
    this.#names = names;
    this.#values = values;
  }

  /** `pairs`: name and wire value ('' for none; a value that is no token must be quoted by the caller). */
  static of(pairs: Iterable<readonly [name: string, value: string]>): Parameters {
    const names: string[] = [];
    const values: string[] = [];
    for (const [name, value] of pairs) {
      names.push(name.toLowerCase());
      values.push(value);
    }
    return new Parameters(names, values);
  }

  /** For the parsers: takes both arrays over; `names` are lower case already. */
  static adopt(names: readonly string[], values: readonly string[]): Parameters {
    return new Parameters(names, values);
  }

  get size(): number {
    return this.#names.length;
  }

  has(name: string): boolean {
    return this.#find(name) >= 0;
  }

  /** The value, without quotes and escapes when it was a quoted string; '' for a parameter without a value. */
  get(name: string): string | undefined {
    const index = this.#find(name);
    if (index < 0) return undefined;
    const value = this.#values[index]!;
    return isQuoted(value) ? unquote(value) : value;
  }

  /** A copy in which `name` has this wire value, at its old place or at the end. */
  with(name: string, value: string): Parameters {
    const index = this.#find(name);
    if (index < 0) return new Parameters([...this.#names, name.toLowerCase()], [...this.#values, value]);
    return new Parameters(this.#names, this.#values.with(index, value));
  }

  /** A copy without `name`, however often it stands there. */
  without(name: string): Parameters {
    const lower = name.toLowerCase();
    if (!this.#names.includes(lower)) return this;
    return Parameters.of([...this].filter(([each]) => each !== lower));
  }

  /** Names and wire values: a quoted string with its quotes. */
  *[Symbol.iterator](): Iterator<[name: string, value: string]> {
    for (let i = 0; i < this.#names.length; i++) yield [this.#names[i]!, this.#values[i]!];
  }

  /** `;name=value;name`, '' when empty. */
  toString(): string {
    let text = '';
    for (let i = 0; i < this.#names.length; i++) {
      const value = this.#values[i]!;
      text += value === '' ? `;${this.#names[i]}` : `;${this.#names[i]}=${value}`;
    }
    return text;
  }

  #find(name: string): number {
    const index = this.#names.indexOf(name);
    return index >= 0 ? index : this.#names.indexOf(name.toLowerCase());
  }
}
