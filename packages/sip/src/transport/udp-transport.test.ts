import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ManylineError, silentLogger } from '@manyline/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { parseMessage, SipRequest, SipResponse } from '../message/index.ts';
import { RecordingHandler } from '../testing/recording-handler.ts';
import { sampleText } from '../testing/sample-messages.ts';
import { SipTransports } from './sip-transports.ts';
import type { TransportLimits } from './transport-limits.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function listening(limits: Partial<TransportLimits> = {}) {
  const handler = new RecordingHandler();
  const transports = new SipTransports({ logger: silentLogger, handler, limits });
  open.push(transports);
  const port = await transports.listenUdp({ host: '127.0.0.1', port: 0 });
  return { handler, transports, port };
}

async function phone(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  open.push(socket);
  return { socket, port: socket.address().port };
}

function respondOk(handler: RecordingHandler): void {
  handler.react = (message, flow) => {
    if (message instanceof SipRequest) flow.responseFlow(message).send(SipResponse.create(message, 200).toBytes());
  };
}

describe('UDP transport', () => {
  it('receives a request, and answers to the source port when rport asks for it', async () => {
    const { handler, port } = await listening();
    const { socket, port: phonePort } = await phone();
    respondOk(handler);
    socket.send(sampleText({ method: 'OPTIONS', sentBy: '10.0.0.5:9;rport' }), port, '127.0.0.1');
    const [bytes] = (await once(socket, 'message')) as [Buffer];
    const response = parseMessage(bytes);
    if (!response.ok) throw new Error(response.error.detail);
    expect(response.value.topVia.received).toBe('127.0.0.1');
    expect(response.value.topVia.rport).toBe(phonePort);
    const { flow } = handler.messages[0]!;
    expect(flow).toMatchObject({
      protocol: 'UDP',
      reliable: false,
      localAddress: '127.0.0.1',
      localPort: port,
      remoteAddress: '127.0.0.1',
      remotePort: phonePort,
      open: true,
    });
  });

  it('answers to the sent-by port without rport', async () => {
    const { handler, port } = await listening();
    const sender = await phone();
    const receiver = await phone();
    respondOk(handler);
    sender.socket.send(sampleText({ method: 'OPTIONS', sentBy: `127.0.0.1:${receiver.port}` }), port, '127.0.0.1');
    const [bytes] = (await once(receiver.socket, 'message')) as [Buffer];
    expect(bytes.toString()).toMatch(/^SIP\/2\.0 200 /);
  });

  it('ignores and counts keep-alives, STUN and garbage, and lives on', async () => {
    const { handler, port } = await listening();
    const { socket } = await phone();
    const datagrams = [
      '',
      '\r\n\r\n',
      '\r\n',
      '\0\x01\0\0\x21\x12\xa4\x42',
      '\xff\xfegarbage',
      'x',
      'GET / HTTP/1.1\r\n\r\n',
    ];
    for (const datagram of datagrams) socket.send(Buffer.from(datagram, 'latin1'), port, '127.0.0.1');
    await handler.until(() => handler.discards.length === datagrams.length);
    expect(handler.discards.filter((reason) => reason === 'keep-alive')).toHaveLength(3);
    expect(handler.discards.filter((reason) => reason === 'stun')).toHaveLength(1);
    expect(handler.discards.filter((reason) => reason === 'not-sip')).toHaveLength(3);
    socket.send(sampleText(), port, '127.0.0.1');
    await handler.until(() => handler.messages.length === 1);
  });

  it('hands a malformed request up so that it can be answered', async () => {
    const { handler, port } = await listening();
    const { socket } = await phone();
    const text = sampleText({ sentBy: '10.0.0.5:9;rport' }).replace('CSeq: 1 INVITE', 'CSeq: 1 OPTIONS');
    socket.send(text, port, '127.0.0.1');
    const [bytes] = (await once(socket, 'message')) as [Buffer];
    expect(bytes.toString()).toMatch(/^SIP\/2\.0 400 /);
    expect(handler.messages).toEqual([]);
  });

  it('logs and counts what the handler throws, and lives on', async () => {
    const { handler, port } = await listening();
    const { socket } = await phone();
    handler.react = () => {
      throw new Error('handler failure');
    };
    socket.send(sampleText(), port, '127.0.0.1');
    socket.send(sampleText(), port, '127.0.0.1');
    await handler.until(() => handler.discards.length === 2);
    expect(handler.discards).toEqual(['handler-failed', 'handler-failed']);
    expect(handler.messages).toHaveLength(2);
  });

  it('uses one flow for all datagrams of a peer, and finds it by its id', async () => {
    const { handler, transports, port } = await listening();
    const { socket, port: phonePort } = await phone();
    socket.send(sampleText(), port, '127.0.0.1');
    socket.send(sampleText(), port, '127.0.0.1');
    await handler.until(() => handler.messages.length === 2);
    const { flow } = handler.messages[0]!;
    expect(handler.messages[1]!.flow).toBe(flow);
    expect(transports.flowById(flow.id)).toBe(flow);
    expect(transports.flowTo({ protocol: 'UDP', address: '127.0.0.1', port: phonePort })).toBe(flow);
  });

  it('makes the flow of an id anew, and refuses ids that it never gave', async () => {
    const { transports, port } = await listening();
    expect(transports.flowById(`UDP/${port}/192.0.2.7/5060`)).toMatchObject({
      remoteAddress: '192.0.2.7',
      remotePort: 5060,
    });
    const refused = [
      '',
      'UDP',
      `UDP/${port}/192.0.2.7`,
      `UDP/${port}/192.0.2.7/0`,
      `UDP/${port}/192.0.2.7/65536`,
      `UDP/${port}/192.0.2.7/x`,
      `UDP/${port}/example.com/5060`,
      `UDP/${port}/::1/5060`,
      `UDP/${port + 1}/192.0.2.7/5060`,
      'TCP/x/1',
      'SCTP/1',
    ];
    for (const id of refused) expect(transports.flowById(id), id).toBeUndefined();
  });

  it('remembers a bounded number of flows, those used last', async () => {
    const { transports } = await listening({ maxUdpFlows: 100 });
    const flowTo = (port: number) => transports.flowTo({ protocol: 'UDP', address: '192.0.2.7', port });
    const often = flowTo(5000);
    const once = flowTo(5001);
    for (let port = 6000; port < 6500; port += 1) {
      flowTo(port);
      expect(flowTo(5000)).toBe(often);
    }
    expect(flowTo(5001)).not.toBe(once);
  });

  it('sends nothing to what it cannot reach, and says so', async () => {
    const { transports } = await listening();
    const targets = [
      { address: '::1', port: 5060 },
      { address: 'example.com', port: 5060 },
      { address: '192.0.2.7', port: 0 },
      { address: '192.0.2.7', port: 65_536 },
      { address: '192.0.2.7', port: Number.NaN },
    ];
    for (const target of targets) {
      const flow = transports.flowTo({ protocol: 'UDP', ...target });
      expect(flow.open).toBe(false);
      expect(flow.send(Buffer.from('x'))).toBe(false);
    }
  });

  it('counts and reports a datagram that the system refuses', async () => {
    const { handler, transports } = await listening();
    // A socket bound to loopback may not send to the outside.
    const flow = transports.flowTo({ protocol: 'UDP', address: '192.0.2.7', port: 5060 });
    flow.send(Buffer.from('x'));
    await handler.until(() => handler.failed.length === 1);
    expect(handler.failed).toEqual([flow]);
    expect(handler.discards).toEqual(['send-failed']);
    expect(flow.send(Buffer.alloc(65_508))).toBe(false);
    expect(handler.discards).toEqual(['send-failed', 'datagram-too-large']);
  });

  it('names host and port when the port is taken', async () => {
    const { transports, port } = await listening();
    const failure = await transports.listenUdp({ host: '127.0.0.1', port }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ManylineError);
    expect(failure).toMatchObject({
      code: 'port_in_use',
      publicMessage: `UDP port ${port} on 127.0.0.1 is in use by another program`,
    });
    expect(transports.udpPort).toBe(port);
  });

  it('names host and port when the address is not ours', async () => {
    const { transports } = await listening();
    const failure = await transports.listenUdp({ host: '192.0.2.7', port: 5060 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'address_not_available' });
    expect((failure as ManylineError).publicMessage).toContain('UDP port 5060 on 192.0.2.7');
  });

  it('sends no more when it is closed', async () => {
    const { transports } = await listening();
    const flow = transports.flowTo({ protocol: 'UDP', address: '127.0.0.1', port: 5060 });
    await transports.close();
    await transports.close();
    expect(flow.open).toBe(false);
    expect(flow.send(Buffer.from('x'))).toBe(false);
    expect(transports.flowById(flow.id)).toBeUndefined();
  });
});
