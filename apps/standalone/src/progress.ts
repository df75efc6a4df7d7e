/** What a person sees of the start: lines on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A step that takes a while. */
export function sayStep(step: string): void {
  say(`manyline: ${step} …`);
}
