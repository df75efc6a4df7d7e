import { describe, expect, it } from 'vitest';
import { Parameters } from './parameters.ts';

const parameters = Parameters.of([
  ['Tag', 'a'],
  ['lr', ''],
  ['name', '"say \\"hi\\""'],
  ['tag', 'b'],
]);

describe('Parameters', () => {
  it('finds names in any case, the first of a repeated one', () => {
    expect(parameters.get('TAG')).toBe('a');
    expect(parameters.has('LR')).toBe(true);
    expect(parameters.get('none')).toBeUndefined();
    expect(parameters.size).toBe(4);
  });

  it('reads quoted values without quotes and writes them with', () => {
    expect(parameters.get('name')).toBe('say "hi"');
    expect(parameters.toString()).toBe(';tag=a;lr;name="say \\"hi\\"";tag=b');
  });

  it('gives changed copies', () => {
    expect(parameters.with('LR', 'on').with('q', '0.5').toString()).toBe(
      ';tag=a;lr=on;name="say \\"hi\\"";tag=b;q=0.5',
    );
    expect(parameters.without('TAG').toString()).toBe(';lr;name="say \\"hi\\""');
    expect(parameters.without('none')).toBe(parameters);
    expect(parameters.get('tag')).toBe('a');
  });
});
