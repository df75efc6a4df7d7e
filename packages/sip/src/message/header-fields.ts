import { CONTENT_LENGTH, canonicalNames, headerNumber, namePrefixes } from './header-names.ts';
import { splitBounds, splitValues } from './split-values.ts';
import { toHeaderText } from './wire-text.ts';

/** Reads a value between two offsets of a text. */
export type ValueParser<Value> = (text: string, start: number, end: number) => Value;

/** How many numbers describe one field in a scan: name start and end, value start and end (`~end` when folded). */
export const SPAN = 4;

/**
 * The ordered header fields of a message. Names compare without case, a compact form is the same field.
 * Values are byte texts (latin1, see wire-text.ts), trimmed and unfolded. The fields of a parsed message are offsets
 * into its head until they are read. Line breaks never get in: a value set by the program has them replaced by spaces.
 */
export class HeaderFields implements Iterable<[name: string, value: string]> {
  /** By field: its number in header-names.ts. */
  #numbers: number[] = [];
  /** What was read from `#head` so far, or set. */
  #values: (string | undefined)[] = [];
  /** Names as written or received; empty while `#head` holds them. */
  #names: string[] = [];
  #head = '';
  /** By field: SPAN offsets into `#head`; a value end below 0 says that the value is not there as it is. */
  #spans: number[] = [];
  #revision = 0;

  constructor(fields?: Iterable<readonly [name: string, value: string]>) {
    if (fields !== undefined) for (const [name, value] of fields) this.append(name, value);
  }

  /** For the parser: `spans` holds SPAN offsets into `head` per field. Takes the arrays over. */
  static fromScan(head: string, numbers: number[], spans: number[]): HeaderFields {
    const fields = new HeaderFields();
    fields.#numbers = numbers;
    fields.#head = head;
    fields.#spans = spans;
    return fields;
  }

  /** Grows with every change, so that readers know when what they derived is out of date. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#numbers.length;
  }

  /** The first value of the field. */
  get(name: string): string | undefined {
    const index = this.#find(name, 0);
    return index < 0 ? undefined : this.#valueAt(index);
  }

  /** All values of the field, one per header line, in order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (let i = this.#find(name, 0); i >= 0; i = this.#find(name, i + 1)) values.push(this.#valueAt(i));
    return values;
  }

  /** The members of a comma-separated field over all its lines, such as Supported, Allow or Contact. */
  getList(name: string): string[] {
    return this.getAll(name).flatMap((value) => splitValues(value));
  }

  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  /** Gives the field this one value, at the place of its first line or at the end. */
  set(name: string, value: string): void {
    const index = this.#find(name, 0);
    if (index < 0) {
      this.append(name, value);
      return;
    }
    this.#replaceAt(index, value);
    for (let i = this.#find(name, index + 1); i >= 0; i = this.#find(name, i)) this.#removeAt(i);
  }

  append(name: string, value: string): void {
    this.#detach();
    const number = headerNumber(name);
    this.#numbers.push(number);
    this.#names.push(number > 0 ? canonicalNames[number]! : toHeaderText(name));
    this.#values.push(toHeaderText(value));
    this.#revision++;
  }

  /** Puts the line before the first line of the same field (RFC 3261 §16.6 step 8 for Via), else at the very top. */
  prepend(name: string, value: string): void {
    this.#insert(Math.max(0, this.#find(name, 0)), name, value);
  }

  /** Removes all lines of the field. */
  remove(name: string): void {
    for (let i = this.#find(name, 0); i >= 0; i = this.#find(name, i)) this.#removeAt(i);
  }

  /** Removes the first line of the field. */
  removeFirst(name: string): void {
    const index = this.#find(name, 0);
    if (index >= 0) this.#removeAt(index);
  }

  /** Replaces the first line of the field; the other lines stay. */
  replaceFirst(name: string, value: string): void {
    const index = this.#find(name, 0);
    if (index >= 0) this.#replaceAt(index, value);
  }

  *[Symbol.iterator](): Iterator<[name: string, value: string]> {
    for (let i = 0; i < this.#numbers.length; i++) yield [this.#nameAt(i), this.#valueAt(i)];
  }

  /** The first value of the field with this number (header-names.ts). */
  first(number: number): string | undefined {
    const index = this.#numbers.indexOf(number);
    return index < 0 ? undefined : this.#valueAt(index);
  }

  /**
   * Lets `parse` read the first value of the field, given as a text and two offsets in it: a value that still lies in
   * the head of the message is read there, so that offsets in faults count from the start of the message.
   * An absent field is read as ''.
   */
  readFirst<Value>(number: number, parse: ValueParser<Value>): Value {
    const index = this.#numbers.indexOf(number);
    return index < 0 ? parse('', 0, 0) : this.#readAt(index, parse);
  }

  /** The same for every value of a comma-separated field. */
  readEach<Value>(number: number, parse: ValueParser<Value>): Value[] {
    const results: Value[] = [];
    for (let index = this.#numbers.indexOf(number); index >= 0; index = this.#numbers.indexOf(number, index + 1)) {
      const value = this.#valueAt(index);
      if (!value.includes(',')) {
        results.push(this.#readAt(index, parse));
        continue;
      }
      const isInHead = this.#isInHead(index);
      const text = isInHead ? this.#head : value;
      const start = isInHead ? this.#spans[index * SPAN + 2]! : 0;
      const bounds = splitBounds(text, start, start + value.length);
      for (let i = 0; i < bounds.length; i += 2) results.push(parse(text, bounds[i]!, bounds[i + 1]!));
    }
    return results;
  }

  /** Appends this message's lines of the field as they are: values that went through a parser need no cleaning. */
  copyFrom(other: HeaderFields, number: number): void {
    for (let i = other.#numbers.indexOf(number); i >= 0; i = other.#numbers.indexOf(number, i + 1)) {
      this.appendKnown(number, other.#valueAt(i));
    }
  }

  /** Appends a field by its number, with a value that is known to hold no line break. */
  appendKnown(number: number, value: string): void {
    this.#detach();
    this.#numbers.push(number);
    this.#names.push(canonicalNames[number]!);
    this.#values.push(value);
    this.#revision++;
  }

  /** The header section with its closing empty line; Content-Length is always `bodyLength`. */
  toText(bodyLength: number): string {
    let text = '';
    let lengthWritten = false;
    for (let i = 0; i < this.#numbers.length; i++) {
      const number = this.#numbers[i]!;
      if (number === CONTENT_LENGTH) {
        if (!lengthWritten) text += `Content-Length: ${bodyLength}\r\n`;
        lengthWritten = true;
      } else if (number > 0) text += `${namePrefixes[number]}${this.#valueAt(i)}\r\n`;
      else text += `${this.#nameAt(i)}: ${this.#valueAt(i)}\r\n`;
    }
    return lengthWritten ? `${text}\r\n` : `${text}Content-Length: ${bodyLength}\r\n\r\n`;
  }

  #find(name: string, from: number): number {
    const number = headerNumber(name);
    if (number > 0) return this.#numbers.indexOf(number, from);
    const lower = name.toLowerCase();
    for (let i = from; i < this.#numbers.length; i++) {
      if (this.#numbers[i] === 0 && this.#nameAt(i).toLowerCase() === lower) return i;
    }
    return -1;
  }

  #nameAt(index: number): string {
    const number = this.#numbers[index]!;
    if (number > 0) return canonicalNames[number]!;
    if (this.#spans.length === 0) return this.#names[index]!;
    return this.#head.slice(this.#spans[index * SPAN], this.#spans[index * SPAN + 1]);
  }

  #valueAt(index: number): string {
    let value = this.#values[index];
    if (value === undefined) {
      const start = this.#spans[index * SPAN + 2]!;
      const end = this.#spans[index * SPAN + 3]!;
      value = end >= 0 ? this.#head.slice(start, end) : unfold(this.#head.slice(start, ~end));
      this.#values[index] = value;
    }
    return value;
  }

  /** A slice is read more slowly than the flat text that it was cut from, hence the detour. */
  #readAt<Value>(index: number, parse: ValueParser<Value>): Value {
    if (this.#isInHead(index)) return parse(this.#head, this.#spans[index * SPAN + 2]!, this.#spans[index * SPAN + 3]!);
    const value = this.#valueAt(index);
    return parse(value, 0, value.length);
  }

  /** Whether the value lies in the head in one piece. */
  #isInHead(index: number): boolean {
    const end = this.#spans[index * SPAN + 3];
    return end !== undefined && end >= 0;
  }

  #insert(index: number, name: string, value: string): void {
    this.#detach();
    const number = headerNumber(name);
    this.#numbers.splice(index, 0, number);
    this.#names.splice(index, 0, number > 0 ? canonicalNames[number]! : toHeaderText(name));
    this.#values.splice(index, 0, toHeaderText(value));
    this.#revision++;
  }

  #replaceAt(index: number, value: string): void {
    this.#values[index] = toHeaderText(value);
    if (this.#spans.length > 0) this.#spans[index * SPAN + 3] = -1;
    this.#revision++;
  }

  #removeAt(index: number): void {
    this.#detach();
    this.#numbers.splice(index, 1);
    this.#names.splice(index, 1);
    this.#values.splice(index, 1);
    this.#revision++;
  }

  /** Reads all that is still lazy, because the offsets are by index and indexes are about to move. */
  #detach(): void {
    if (this.#spans.length === 0) return;
    for (let i = 0; i < this.#numbers.length; i++) {
      this.#names.push(this.#nameAt(i));
      this.#valueAt(i);
    }
    this.#spans = [];
    this.#head = '';
  }
}

/** Joins a folded value: each line break with the white space around it is one space (RFC 3261 §7.3.1). */
function unfold(value: string): string {
  return value
    .split('\r\n')
    .map((line) => line.replace(/^[ \t]+/, '').trimEnd())
    .filter((line) => line !== '')
    .join(' ');
}
