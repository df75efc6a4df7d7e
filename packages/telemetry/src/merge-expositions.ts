/** One metric of the Prometheus text format: its HELP and TYPE lines and its samples. */
interface Family {
  help: string;
  type: string;
  readonly samples: string[];
}

/**
 * Merges texts in the Prometheus exposition format 0.0.4: each metric's HELP and TYPE appear once,
 * followed by the samples of all processes. A metric that two processes give with different types keeps the first.
 */
export function mergeExpositions(texts: readonly string[]): string {
  const families = new Map<string, Family>();
  for (const text of texts) addExposition(families, text);
  const blocks = [...families.values()]
    .filter((family) => family.samples.length > 0)
    .map((family) => [family.help, family.type, ...family.samples].filter((line) => line !== '').join('\n'));
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

function addExposition(families: Map<string, Family>, text: string): void {
  let current: Family | undefined;
  for (const line of text.split('\n')) {
    const header = /^# (HELP|TYPE) (\S+)/.exec(line);
    if (header === null) {
      if (line !== '' && !line.startsWith('#')) current?.samples.push(line);
      continue;
    }
    const [, kind, name = ''] = header;
    const known = families.get(name);
    const family: Family = known ?? { help: '', type: '', samples: [] };
    if (known === undefined) families.set(name, family);
    if (kind === 'HELP') {
      if (family.help === '') family.help = line;
      current = family;
    } else {
      if (family.type === '') family.type = line;
      current = family.type === line ? family : undefined;
    }
  }
}
