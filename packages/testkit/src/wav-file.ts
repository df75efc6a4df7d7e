import { readFileSync, writeFileSync } from 'node:fs';

/** Sound in memory: mono, 16-bit linear samples. */
export interface Sound {
  readonly rate: number;
  readonly samples: Int16Array;
}

/**
 * Reads a mono 16-bit PCM WAV file (RIFF). A file that is still being written counts up to its last whole
 * sample, whatever the sizes in its header say. Undefined while the header is not there yet.
 */
export function readWav(path: string): Sound | undefined {
  const bytes = readFileSync(path);
  if (bytes.length < 44 || bytes.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  let rate = 0;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const chunk = bytes.toString('latin1', offset, offset + 4);
    const size = bytes.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (chunk === 'fmt ') {
      if (bytes.readUInt16LE(start + 2) !== 1 || bytes.readUInt16LE(start + 14) !== 16) {
        throw new Error(`${path}: only mono 16-bit PCM is read`);
      }
      rate = bytes.readUInt32LE(start + 4);
    }
    if (chunk === 'data') {
      const count = Math.floor((bytes.length - start) / 2);
      const samples = new Int16Array(count);
      for (let index = 0; index < count; index += 1) samples[index] = bytes.readInt16LE(start + index * 2);
      return { rate, samples };
    }
    offset = start + size;
  }
  return undefined;
}

/** Writes `seconds` of a sine of `hz` at half of full scale as a mono 16-bit WAV file. */
export function writeToneWav(path: string, hz: number, seconds: number, rate = 8000): void {
  const count = Math.round(seconds * rate);
  const bytes = Buffer.alloc(44 + count * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + count * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(count * 2, 40);
  for (let index = 0; index < count; index += 1) {
    bytes.writeInt16LE(Math.round(16_384 * Math.sin((2 * Math.PI * hz * index) / rate)), 44 + index * 2);
  }
  writeFileSync(path, bytes);
}
