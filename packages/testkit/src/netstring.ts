/** One netstring: length in decimal, colon, bytes, comma. */
export function encodeNetstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}

/** Cuts a byte stream into netstrings. */
export class NetstringDecoder {
  #pending = Buffer.alloc(0);

  /** Takes the next bytes of the stream; returns the texts that are whole now. Throws on anything but a netstring. */
  push(bytes: Buffer): string[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const texts: string[] = [];
    for (;;) {
      const colon = this.#pending.indexOf(':');
      if (colon < 0) return texts;
      const digits = this.#pending.toString('latin1', 0, colon);
      if (!/^\d{1,9}$/.test(digits)) throw new Error(`not a netstring: ${digits.slice(0, 20)}`);
      const end = colon + 1 + Number(digits);
      if (this.#pending.length <= end) return texts;
      texts.push(this.#pending.toString('utf8', colon + 1, end));
      this.#pending = this.#pending.subarray(end + 1);
    }
  }
}
