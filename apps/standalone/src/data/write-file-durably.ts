import { open, rename, rm } from 'node:fs/promises';

/** Replaces a file as a whole: after a crash it holds the old or the new text, never a part. */
export async function writeFileDurably(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
