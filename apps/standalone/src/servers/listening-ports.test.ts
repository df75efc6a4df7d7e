import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { loadConfig } from '@manyline/config';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assertPortsAreFree } from './listening-ports.ts';

async function takenTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function takenUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

function assertFree(env: Record<string, string>): Promise<void> {
  const anyPort = { SIP_PORT: '0', SIP_TLS_PORT: '0', HTTP_PORT: '0' };
  return assertPortsAreFree(loadConfig({ HTTP_HOST: '127.0.0.1', SIP_HOST: '127.0.0.1', ...anyPort, ...env }));
}

describe('assertPortsAreFree', () => {
  it('accepts ports that the system chooses', async () => {
    await assertFree({});
  });

  it.each(['SIP_PORT', 'HTTP_PORT', 'SIP_TLS_PORT'])('names %s when its TCP port is taken', async (variable) => {
    const port = String(await takenTcpPort());
    await expect(assertFree({ [variable]: port })).rejects.toThrow(
      `TCP port ${port} (${variable}) is in use by another program`,
    );
  });

  it('names SIP_PORT when its UDP port is taken', async () => {
    const port = String(await takenUdpPort());
    await expect(assertFree({ SIP_PORT: port })).rejects.toThrow(`UDP port ${port} (SIP_PORT) is in use`);
  });

  it("names the host when it is somebody else's address", async () => {
    await expect(assertFree({ HTTP_HOST: '192.0.2.200' })).rejects.toThrow('192.0.2.200 (HTTP_HOST) is no address');
  });
});
