/**
 * Undoes what loading ioredis does to strings in the whole process. One of its classes extends String, on which V8 turns
 * String.prototype into a dictionary: from then on compiled code looks every `text.charCodeAt` up anew, which makes a
 * SIP message three times as dear to parse. Reading a method through a String object makes V8 turn it back.
 */
export function restoreFastStringMethods(): void {
  for (let i = 0; i < READS; i++) readMethod(Object('text'));
}

/** V8 acts on a function's reads only after its first few calls, about ten. */
const READS = 1000;

function readMethod(text: { readonly at: unknown }): unknown {
  return text.at;
}
