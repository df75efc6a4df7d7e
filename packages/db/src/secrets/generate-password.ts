import { randomInt } from 'node:crypto';

/** Letters and digits that nobody mistakes for one another when typing from a screen into a phone. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_LENGTH = 4;

/** A new random password, e.g. `k7mp-x2ra-9wqe-hb4t-zn6c`: 20 characters of 32, 100 bits. */
export function generatePassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
