/** Text as people type it: no control characters, which could break SIP headers and terminals, no broken Unicode. */
import { z } from 'zod';

const ONE_LINE = /^[^\p{Cc}\p{Cs}]*$/u;
const SEVERAL_LINES = /^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u;

/** One line of `minimum` to `maximum` characters. */
export function line(minimum: number, maximum: number): z.ZodString {
  return z.string().min(minimum).max(maximum).regex(ONE_LINE, 'must not hold control characters');
}

/** Up to `maximum` characters, line breaks allowed. */
export function paragraph(maximum: number): z.ZodString {
  return z.string().max(maximum).regex(SEVERAL_LINES, 'must not hold control characters');
}

export const emailAddress = z.email().max(254);

/** An account's address: compared without regard to case, so kept in lower case. */
export const accountEmail = emailAddress.toLowerCase().meta({ example: 'admin@acme.example' });

/** RFC 3339 in UTC, with milliseconds. */
export const timestamp = z.iso.datetime().meta({ example: '2026-01-31T08:00:00.000Z' });
