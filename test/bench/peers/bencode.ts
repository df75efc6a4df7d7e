/** What rtpengine's control protocol speaks: strings, integers, lists and dictionaries. */
export type Bencoded = string | number | readonly Bencoded[] | { readonly [key: string]: Bencoded };

export function encodeBencode(value: Bencoded): string {
  if (typeof value === 'number') return `i${value}e`;
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`;
  if (Array.isArray(value)) return `l${value.map(encodeBencode).join('')}e`;
  const entries = Object.entries(value).map(([key, entry]) => encodeBencode(key) + encodeBencode(entry));
  return `d${entries.join('')}e`;
}

/** Throws on anything but one whole bencoded value. */
export function decodeBencode(bytes: Buffer): Bencoded {
  let offset = 0;
  const until = (end: string): string => {
    const stop = bytes.indexOf(end, offset);
    if (stop < 0) throw new Error(`bencode: no ${end} after ${offset}`);
    const text = bytes.toString('latin1', offset, stop);
    offset = stop + 1;
    return text;
  };
  const listUntilEnd = (): Bencoded[] => {
    const items: Bencoded[] = [];
    while (bytes[offset] !== 0x65) items.push(next());
    offset += 1;
    return items;
  };
  const next = (): Bencoded => {
    const kind = String.fromCharCode(bytes[offset] ?? 0);
    if (/\d/.test(kind)) {
      const length = Number(until(':'));
      offset += length;
      return bytes.toString('utf8', offset - length, offset);
    }
    offset += 1;
    if (kind === 'i') return Number(until('e'));
    if (kind === 'l') return listUntilEnd();
    if (kind !== 'd') throw new Error(`bencode: unexpected byte at ${offset - 1}`);
    const items = listUntilEnd();
    const entries: [string, Bencoded][] = [];
    for (let index = 0; index + 1 < items.length; index += 2) entries.push([String(items[index]), items[index + 1]!]);
    return Object.fromEntries(entries);
  };
  return next();
}
