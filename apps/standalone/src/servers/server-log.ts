import { type FileHandle, open, stat } from 'node:fs/promises';

/** A log that has grown beyond this is begun anew at a start. */
const LONGEST_LOG = 10 * 1024 * 1024;
const TAIL = 4000;

/** The file that a server of ours writes its output to: unlike a pipe it outlives us. */
export class ServerLog {
  readonly file: FileHandle;
  readonly #start: number;

  private constructor(file: FileHandle, start: number) {
    this.file = file;
    this.#start = start;
  }

  static async open(path: string): Promise<ServerLog> {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    const begin = size > LONGEST_LOG ? 0 : size;
    // Read as well, for `tail`.
    return new ServerLog(await open(path, begin === 0 ? 'w+' : 'a+', 0o600), begin);
  }

  /** What was written since it was opened, at most the last 4,000 bytes. */
  async tail(): Promise<string> {
    const { size } = await this.file.stat();
    const length = Math.min(TAIL, Math.max(size - this.#start, 0));
    const { buffer, bytesRead } = await this.file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  }

  /** The last line that speaks of a failure, or the last one. */
  async lastWords(): Promise<string> {
    const lines = (await this.tail()).split('\n').filter((line) => line.trim() !== '');
    return (lines.findLast((line) => /fatal|error|can't|cannot|failed/i.test(line)) ?? lines.at(-1) ?? '').trim();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
