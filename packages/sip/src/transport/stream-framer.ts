import { type ContentLength, findContentLength } from './content-length.ts';

const CR = 0x0d;
const LF = 0x0a;
const END_OF_HEADERS = Buffer.from('\r\n\r\n');
/** The characters that a method may begin with (RFC 3261 §25.1); TLS and other binary protocols begin with none of them. */
const TOKEN = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~");
const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 1024;

/** The stream cannot be followed any further. `head` is the header block when it was complete. */
export interface FramingError {
  readonly reason:
    | 'not-sip'
    | 'header-block-too-large'
    | 'content-length-missing'
    | 'content-length-invalid'
    | 'content-length-conflict'
    | 'content-length-too-large';
  readonly head?: Buffer;
}

export interface FramerSink {
  /** One whole message; the bytes are the receiver's. False stops the framer for good. */
  onFrame(message: Buffer): boolean;
  /** A double CRLF between messages, to be answered with a single one (RFC 5626 §3.5.1). */
  onPing(): void;
  onFramingError(error: FramingError): void;
}

/** Where the stream stands: between messages, inside a header block, inside a body, or at its end. */
export type FramerPosition = 'between' | 'header' | 'body' | 'stopped';

/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), whatever the pieces it comes in.
 * Does no I/O and keeps at most one unfinished message.
 */
export class StreamFramer {
  readonly #sink: FramerSink;
  readonly #maxHeaderBytes: number;
  readonly #maxBodyBytes: number;
  #position: FramerPosition = 'between';
  /** The start of an unfinished message: `#buffer[0, #filled)`. */
  #buffer = EMPTY;
  #filled = 0;
  /** Header octets that are known to hold no end of headers. */
  #searched = 0;
  /** Length of the message whose body is awaited, header block included. */
  #messageLength = 0;
  /** CRLFs seen in a row between messages, and whether a CR waits for its LF. */
  #emptyLines = 0;
  #carriageReturn = false;

  constructor(sink: FramerSink, maxHeaderBytes: number, maxBodyBytes: number) {
    this.#sink = sink;
    this.#maxHeaderBytes = maxHeaderBytes;
    this.#maxBodyBytes = maxBodyBytes;
  }

  get position(): FramerPosition {
    return this.#position;
  }

  push(chunk: Buffer): void {
    if (this.#position === 'stopped') return;
    const bytes = this.#filled === 0 ? chunk : this.#append(chunk);
    let start = 0;
    let end = this.#advance(bytes, start);
    while (end > start) {
      start = end;
      end = this.#advance(bytes, start);
    }
    if (this.#isStopped()) this.#keep(EMPTY);
    else if (start > 0 || bytes === chunk) this.#keep(bytes.subarray(start));
  }

  /** A method, so that the compiler does not take `#position` for unchanged. */
  #isStopped(): boolean {
    return this.#position === 'stopped';
  }

  /** Consumes at most one message, or the empty lines before it; returns the index behind what it consumed. */
  #advance(bytes: Buffer, start: number): number {
    switch (this.#position) {
      case 'between':
        return this.#skipEmptyLines(bytes, start);
      case 'header':
        return this.#readHeader(bytes, start) ? this.#readBody(bytes, start) : start;
      case 'body':
        return this.#readBody(bytes, start);
      case 'stopped':
        return start;
    }
  }

  #skipEmptyLines(bytes: Buffer, start: number): number {
    for (let index = start; index < bytes.length; index += 1) {
      const byte = bytes[index]!;
      if (this.#carriageReturn) {
        if (byte !== LF) return this.#stop({ reason: 'not-sip' }, start);
        this.#carriageReturn = false;
        this.#emptyLines += 1;
        if (this.#emptyLines === 2) {
          this.#emptyLines = 0;
          this.#sink.onPing();
          if (this.#isStopped()) return start;
        }
      } else if (byte === CR) {
        this.#carriageReturn = true;
      } else {
        return this.#beginMessage(bytes, index, start);
      }
    }
    return bytes.length;
  }

  #beginMessage(bytes: Buffer, index: number, start: number): number {
    if (!TOKEN.includes(bytes[index]!)) return this.#stop({ reason: 'not-sip' }, start);
    this.#emptyLines = 0;
    this.#position = 'header';
    this.#searched = 0;
    if (index > start) return index;
    return this.#readHeader(bytes, index) ? this.#readBody(bytes, index) : start;
  }

  /** Looks for the end of the header block; true when it is there and the body's length is known. */
  #readHeader(bytes: Buffer, start: number): boolean {
    const found = bytes.indexOf(END_OF_HEADERS, start + Math.max(0, this.#searched - 3));
    const headerLength = found < 0 ? bytes.length - start : found + 4 - start;
    if (headerLength > this.#maxHeaderBytes) {
      this.#stop({ reason: 'header-block-too-large' }, start);
      return false;
    }
    if (found < 0) {
      this.#searched = headerLength;
      return false;
    }
    const length = findContentLength(bytes, start, found + 2, this.#maxBodyBytes);
    if (typeof length !== 'number') {
      this.#stop({ reason: framingReason(length), head: Buffer.from(bytes.subarray(start, found + 4)) }, start);
      return false;
    }
    this.#messageLength = headerLength + length;
    this.#position = 'body';
    return true;
  }

  #readBody(bytes: Buffer, start: number): number {
    const end = start + this.#messageLength;
    if (end > bytes.length) return start;
    this.#position = 'between';
    if (!this.#sink.onFrame(bytes.subarray(start, end))) this.stop();
    return end;
  }

  /** Everything that still comes is ignored; idempotent. */
  stop(): void {
    this.#position = 'stopped';
  }

  #stop(error: FramingError, start: number): number {
    this.stop();
    this.#sink.onFramingError(error);
    return start;
  }

  /** Joins the unfinished message and `chunk` in a buffer that doubles, so that many small pieces stay cheap. */
  #append(chunk: Buffer): Buffer {
    const filled = this.#filled + chunk.length;
    if (filled > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(filled, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#filled);
      this.#buffer = grown;
    }
    chunk.copy(this.#buffer, this.#filled);
    this.#filled = filled;
    return this.#buffer.subarray(0, filled);
  }

  /** Copies what is left into a buffer of our own: messages that went out share the old one. */
  #keep(rest: Buffer): void {
    this.#filled = rest.length;
    if (rest.length === 0) {
      this.#buffer = EMPTY;
      return;
    }
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, rest.length));
    rest.copy(this.#buffer);
  }
}

function framingReason(length: Exclude<ContentLength, number>): FramingError['reason'] {
  return `content-length-${length}`;
}
