import { setFlagsFromString } from 'node:v8';
import { expect, it } from 'vitest';
import { restoreFastStringMethods } from './fast-string-methods.ts';

setFlagsFromString('--allow-natives-syntax');
const isFast = new Function('return %HasFastProperties(String.prototype)') as () => boolean;

it('makes String.prototype fast again after a class extended String', () => {
  class Derived extends String {}
  expect(new Derived('text').length).toBe(4);
  expect(isFast()).toBe(false);
  restoreFastStringMethods();
  expect(isFast()).toBe(true);
});
