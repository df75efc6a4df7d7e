import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';
import { firstToneAtMs, heardTone, toneLevel } from './tone.ts';
import { readWav, type Sound, writeToneWav } from './wav-file.ts';

const folder = temporaryDirectory('tone');
const path = join(folder, 'tone.wav');

function mix(seconds: number, ...parts: { hz: number; level: number; fromMs?: number }[]): Sound {
  const rate = 8000;
  const samples = new Int16Array(seconds * rate);
  for (let index = 0; index < samples.length; index += 1) {
    let value = 0;
    for (const { hz, level, fromMs = 0 } of parts) {
      if (index >= (fromMs * rate) / 1000) value += level * Math.sin((2 * Math.PI * hz * index) / rate);
    }
    samples[index] = Math.round(value * 32_767);
  }
  return { rate, samples };
}

describe('tones', () => {
  let tone: Sound;

  beforeAll(() => {
    writeToneWav(path, 440, 1);
    tone = readWav(path)!;
  });

  it('measures the amplitude of a frequency and of no other', () => {
    expect(tone.rate).toBe(8000);
    expect(tone.samples.length).toBe(8000);
    expect(toneLevel(tone.samples, tone.rate, 440)).toBeCloseTo(0.5, 2);
    expect(toneLevel(tone.samples, tone.rate, 880)).toBeLessThan(0.01);
  });

  it('hears the tone that is there, and not the one that is not', () => {
    expect(heardTone(tone, 440)).toBe(true);
    expect(heardTone(tone, 880)).toBe(false);
    expect(firstToneAtMs(tone, 440)).toBe(0);
  });

  it('does not hear a tone below a louder one', () => {
    expect(heardTone(mix(1, { hz: 440, level: 0.4 }, { hz: 880, level: 0.4 }), 440)).toBe(false);
  });

  it('does not hear a tone in silence', () => {
    expect(heardTone(mix(1, { hz: 440, level: 0.001 }), 440)).toBe(false);
  });

  it('says when the tone began', () => {
    const late = mix(2, { hz: 440, level: 0.4, fromMs: 600 });
    const at = firstToneAtMs(late, 440)!;
    expect(at).toBeGreaterThanOrEqual(560);
    expect(at).toBeLessThanOrEqual(640);
  });

  it('reads a WAV file that is still being written', () => {
    const growing = join(folder, 'growing.wav');
    writeFileSync(growing, readFileSync(path));
    truncateSync(growing, 44 + 801);
    expect(readWav(growing)!.samples.length).toBe(400);
    truncateSync(growing, 20);
    expect(readWav(growing)).toBeUndefined();
  });
});
