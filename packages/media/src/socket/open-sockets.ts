import type { DatagramSockets } from './datagram-socket.ts';
import { loadLibc } from './libc.ts';
import { LinuxSockets } from './linux-sockets.ts';
import { NodeSockets } from './node-sockets.ts';

/** `linux` makes the system's own calls, `node` goes through node:dgram. */
export type SocketKind = 'linux' | 'node';

/** The fastest kind that works here. */
export function bestSocketKind(): SocketKind {
  return loadLibc() === undefined ? 'node' : 'linux';
}

/** The sockets of this thread. `host` is the IP address to bind to. Throws when the kind does not work here. */
export function openSockets(host: string, kind: SocketKind = bestSocketKind()): DatagramSockets {
  if (kind === 'node') return new NodeSockets(host);
  const libc = loadLibc();
  if (libc === undefined) throw new Error('node:ffi or Linux is missing');
  return new LinuxSockets(host, libc);
}
