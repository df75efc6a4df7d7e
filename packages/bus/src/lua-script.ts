import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** Runs an atomic step; the reply's shape is in the script's header. */
export type LuaScript = (
  redis: Redis,
  scriptKeys: readonly string[],
  scriptArguments: readonly (string | number)[],
) => Promise<unknown>;

/** Reads `commands/<name>.lua`. */
export function loadScript(name: string, numberOfKeys: number): LuaScript {
  const source = readFileSync(new URL(`./commands/${name}.lua`, import.meta.url), 'utf8');
  return (redis, scriptKeys, scriptArguments) => redis.eval(source, numberOfKeys, ...scriptKeys, ...scriptArguments);
}
