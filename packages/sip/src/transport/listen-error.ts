import { ManylineError } from '@manyline/kernel';
import type { TransportProtocol } from './flow.ts';

/** A port that could not be listened on; `publicMessage` names host and port. */
export function listenError(protocol: TransportProtocol, host: string, port: number, cause: unknown): ManylineError {
  const place = `${protocol} port ${port} on ${host}`;
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ManylineError({ code: 'port_in_use', publicMessage: `${place} is in use by another program`, cause });
    case 'EACCES':
      return new ManylineError({ code: 'port_not_permitted', publicMessage: `${place} needs more rights`, cause });
    case 'EADDRNOTAVAIL':
      return new ManylineError({
        code: 'address_not_available',
        publicMessage: `${place}: this machine has no such address`,
        cause,
      });
    default:
      return new ManylineError({
        code: 'listen_failed',
        publicMessage: `${place} cannot be listened on: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      });
  }
}
