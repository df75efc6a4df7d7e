import { err, ok, type Result } from '@manyline/kernel';

/** A frame is its length in 4 octets, most significant first, and as many octets of JSON. */
const HEADER_BYTES = 4;
const MAX_FRAME_BYTES = 1024 * 1024;

export function encodeFrame(message: object): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream into frames. After a failure the stream cannot be read on. */
export class FrameDecoder {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that `chunk` completed, as parsed JSON. */
  push(chunk: Buffer): Result<unknown[], string> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: unknown[] = [];
    while (bytes.length >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(0);
      if (length > MAX_FRAME_BYTES) return err(`a frame of ${length} bytes`);
      if (bytes.length < HEADER_BYTES + length) break;
      try {
        messages.push(JSON.parse(bytes.toString('utf8', HEADER_BYTES, HEADER_BYTES + length)));
      } catch {
        return err('a frame that is not JSON');
      }
      bytes = bytes.subarray(HEADER_BYTES + length);
    }
    this.#rest = bytes;
    return ok(messages);
  }
}
