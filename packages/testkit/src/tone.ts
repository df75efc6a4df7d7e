import type { Sound } from './wav-file.ts';

const WINDOW_MS = 100;
/** A tone is there when this share of a window's energy is in it … */
const DOMINANCE = 0.8;
/** … and the window is not just quiet: root mean square over full scale. */
const SILENCE_LEVEL = 0.01;

/**
 * The amplitude of the frequency `hz` in `samples`, 0 to 1 of full scale (Goertzel's algorithm).
 * A pure sine of half scale gives 0.5.
 */
export function toneLevel(samples: Int16Array, rate: number, hz: number): number {
  if (samples.length === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let previous = 0;
  let beforePrevious = 0;
  for (const sample of samples) {
    const current = sample / 32_768 + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

function windowHolds(samples: Int16Array, rate: number, hz: number): boolean {
  let energy = 0;
  for (const sample of samples) energy += (sample / 32_768) ** 2;
  const meanSquare = energy / samples.length;
  if (Math.sqrt(meanSquare) < SILENCE_LEVEL) return false;
  return toneLevel(samples, rate, hz) ** 2 / 2 > DOMINANCE * meanSquare;
}

/** Where in the sound the tone first fills a window of 100 ms, in ms from the start; undefined when it never does. */
export function firstToneAtMs(sound: Sound, hz: number): number | undefined {
  const length = Math.round((sound.rate * WINDOW_MS) / 1000);
  const step = Math.round(length / 5);
  for (let start = 0; start + length <= sound.samples.length; start += step) {
    if (windowHolds(sound.samples.subarray(start, start + length), sound.rate, hz)) return (start * 1000) / sound.rate;
  }
  return undefined;
}

/** Whether the tone `hz`, and not another, is heard in the sound. */
export function heardTone(sound: Sound, hz: number): boolean {
  return firstToneAtMs(sound, hz) !== undefined;
}
