/** Which passwords of administrators are refused. */
import { commonPasswordWords } from './common-passwords.ts';

const SHORTEST = 12;
/** "aaaaaaaaaaab" and "121212121212" are long but not strong. */
const FEWEST_DIFFERENT_CHARACTERS = 5;

/** Runs that people type: any stretch of these, in either direction, counts as nothing. */
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
];
const SHORTEST_RUN = 4;

/** Letters that people replace, and by what. */
const LEET: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Why a password is refused, in words, or undefined when it is good enough. `own` are words that anybody would try first. */
export function passwordWeakness(password: string, own: readonly string[]): string | undefined {
  if ([...password].length < SHORTEST) return `The password must have at least ${SHORTEST} characters.`;
  const lower = password.toLowerCase();
  if (new Set(lower).size < FEWEST_DIFFERENT_CHARACTERS) return 'The password repeats too few characters.';
  if (own.some((word) => lower === word.toLowerCase())) return 'The password is your own name or address.';
  if (isMadeOfCommonParts(lower)) return 'The password is one of the common ones.';
  return undefined;
}

/** True when little is left once one common word, keyboard runs, digits and punctuation are gone. */
function isMadeOfCommonParts(lower: string): boolean {
  const core = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return [lower, unleet(core)].some((form) => {
    const { rest, words } = withoutCommonWords(form.replace(/[^\p{L}\p{N}]+/gu, ''));
    return words <= 1 && withoutRuns(rest).replace(/[\p{N}\s]+/gu, '').length < 3;
  });
}

/** `words` counts different ones: a word typed twice is still one word. */
function withoutCommonWords(text: string): { rest: string; words: number } {
  let rest = text;
  let words = 0;
  for (const word of commonPasswordWords) {
    if (!rest.includes(word)) continue;
    rest = rest.replaceAll(word, ' ');
    words += 1;
  }
  return { rest, words };
}

function unleet(text: string): string {
  return [...text].map((character) => LEET[character] ?? character).join('');
}

function withoutRuns(text: string): string {
  let rest = text;
  for (const run of [...RUNS, ...RUNS.map((run) => [...run].reverse().join(''))]) {
    for (let length = run.length; length >= SHORTEST_RUN; length--) {
      for (let start = 0; start + length <= run.length; start++) {
        rest = rest.replaceAll(run.slice(start, start + length), ' ');
      }
    }
  }
  return rest;
}
