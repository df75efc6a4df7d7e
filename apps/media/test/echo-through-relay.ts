import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { MediaClient } from '@manyline/media';
import { expect } from 'vitest';

/** Opens a session whose one leg hears itself, and expects an RTP packet to come back as it was. */
export async function echoThroughRelay(client: MediaClient, sessionId: string): Promise<void> {
  const phone = createSocket('udp4');
  phone.bind(0, '127.0.0.1');
  await once(phone, 'listening');
  const [leg] = await client.openLegs(sessionId, ['a']);
  const remote = { address: '127.0.0.1', rtpPort: phone.address().port, signallingAddress: '127.0.0.1' };
  await client.updateLeg(sessionId, 'a', remote);
  await client.connectLegs(sessionId, 'a', 'a');
  const packet = Buffer.from([0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, ...Buffer.from(sessionId)]);
  const heard = once(phone, 'message');
  phone.send(packet, leg!.rtpPort, '127.0.0.1');

  expect((await heard)[0]).toEqual(packet);
  phone.close();
}
