/** Directories for local sockets, whose paths may hold only about 100 bytes (sun_path, unix(7)). */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** The longest usable path: macOS takes 103 bytes, Linux 107. */
const LONGEST_SOCKET_PATH = 100;
/** What a process may put behind the directory: a slash and a short name. */
const LONGEST_SOCKET_NAME = 32;

/**
 * `directory` itself when sockets in it have paths short enough, else a stand-in below the system's
 * temporary directory, the same one for every process that asks.
 */
export function socketDirectory(directory: string): string {
  const wanted = resolve(directory);
  if (Buffer.byteLength(wanted) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH) return wanted;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  return join(tmpdir(), `manyline-${userInfo().uid}-${digest}`);
}

/**
 * Makes `socketDirectory(directory)`, open to our user alone: whoever reaches the sockets is obeyed.
 * Rejects when the directory belongs to somebody else.
 */
export async function makeSocketDirectory(directory: string): Promise<string> {
  const folder = socketDirectory(directory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid) throw new Error(`${folder} belongs to another user`);
  await chmod(folder, 0o700);
  return folder;
}
