import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Config } from '@manyline/config';
import { StartError, systemCode } from '../start-error.ts';

interface Wanted {
  readonly variable: string;
  readonly hostVariable: string;
  readonly host: string;
  readonly port: number;
  readonly udp: boolean;
}

/**
 * Tries the ports that the apps will listen on, so that a taken one is named at once.
 * Throws StartError; an app that loses a port between here and its start says so itself.
 */
export async function assertPortsAreFree(config: Config): Promise<void> {
  const sip = { hostVariable: 'SIP_HOST', host: config.sipHost };
  const http = { hostVariable: 'HTTP_HOST', host: config.httpHost };
  const wanted: Wanted[] = [
    { ...sip, variable: 'SIP_PORT', port: config.sipPort, udp: true },
    { ...sip, variable: 'SIP_PORT', port: config.sipPort, udp: false },
    ...config.sipTlsPorts.map((port) => ({ ...sip, variable: 'SIP_TLS_PORT', port, udp: false })),
    { ...http, variable: 'HTTP_PORT', port: config.httpPort, udp: false },
  ];
  for (const listener of wanted) {
    try {
      await (listener.udp ? tryUdp(listener) : tryTcp(listener));
    } catch (error) {
      throw explain(listener, error);
    }
  }
}

function explain({ variable, hostVariable, host, port, udp }: Wanted, error: unknown): unknown {
  const name = `${udp ? 'UDP' : 'TCP'} port ${port} (${variable})`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new StartError(`${name} is in use by another program`, error);
    case 'EACCES':
      return new StartError(`${name} may not be used by this user`, error);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(`${host} (${hostVariable}) is no address of this machine`, error);
    default:
      return new StartError(`${name} cannot be listened on: ${String(error)}`, error);
  }
}

function tryTcp({ host, port }: Wanted): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function tryUdp({ host, port }: Wanted): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => socket.close(() => reject(error)));
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve()));
  });
}
