import { ManylineError } from '@manyline/kernel';

/** Something that a person must change before the start can succeed; the message is one line and says what. */
export class StartError extends ManylineError {
  constructor(publicMessage: string, cause?: unknown) {
    super({ code: 'start_failed', publicMessage, cause });
  }
}

/** The system's error code (`ENOSPC`), or an empty text. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the words of a program's output or of an error tell of a full disk. */
export function tellsOfFullDisk(words: string): boolean {
  return /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i.test(words);
}

export function fullDisk(directory: string): StartError {
  return new StartError(`the disk that holds ${directory} is full`);
}

/** One line for a person, whatever was thrown. */
export function describeFailure(error: unknown): string {
  if (error instanceof ManylineError) return error.publicMessage;
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describeFailure).join('; ');
  return error instanceof Error ? error.message : String(error);
}
