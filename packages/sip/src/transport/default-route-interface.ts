import { readFileSync } from 'node:fs';

const ROUTE_TABLE = '/proc/net/route';

/** The name of the interface that holds the IPv4 default route, as Linux tells it; undefined elsewhere. */
export function defaultRouteInterface(): string | undefined {
  try {
    return interfaceOfDefaultRoute(readFileSync(ROUTE_TABLE, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Reads the table's lines `Iface Destination Gateway Flags RefCnt Use Metric Mask …`: the default route of least metric. */
export function interfaceOfDefaultRoute(table: string): string | undefined {
  let best: { name: string; metric: number } | undefined;
  for (const line of table.split('\n').slice(1)) {
    const [name, destination, , , , , metric, mask] = line.trim().split(/\s+/);
    if (name === undefined || destination !== '00000000' || mask !== '00000000') continue;
    if (best === undefined || Number(metric) < best.metric) best = { name, metric: Number(metric) };
  }
  return best?.name;
}
