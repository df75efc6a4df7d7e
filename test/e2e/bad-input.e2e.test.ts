import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import {
  eventually,
  ManylineProcess,
  openProbe,
  type ProbeAccount,
  type SipProbe,
  TestTenant,
} from '@manyline/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const stranger: ProbeAccount = { user: 'scanner', password: '', domain: 'example.org' };

describe('bad input', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  const probes: SipProbe[] = [];

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100']);
  });

  afterEach(() => {
    for (const probe of probes.splice(0)) probe.close();
  });

  afterAll(async () => {
    await manyline?.stop();
  });

  async function probe(protocol: 'UDP' | 'TCP' | 'TLS' = 'UDP', account: ProbeAccount = stranger): Promise<SipProbe> {
    const opened = await openProbe(manyline, account, { protocol });
    probes.push(opened);
    return opened;
  }

  const options = async (from: SipProbe, host: string): Promise<number> =>
    (await from.transact({ method: 'OPTIONS', uri: `sip:${host}` }, 2000)).status;

  /** Everything the server counted as not worth an answer. */
  const dropped = async (): Promise<number> =>
    (await manyline.metric('manyline_sip_discarded_total')) + (await manyline.metric('manyline_sip_malformed_total'));

  it.each(['UDP', 'TCP', 'TLS'] as const)(
    'OPTIONS over %s is answered 200 without credentials, at a tenant and at the server itself',
    async (protocol) => {
      const client = await probe(protocol);
      expect(await options(client, tenant.domain)).toBe(200);
      expect(await options(client, `${manyline.sip.host}:${manyline.sip.port}`)).toBe(200);
      expect(await options(client, 'nobody.example.org')).toBe(404);
    },
  );

  it('a garbage datagram gets no answer, is counted, and the server goes on', async () => {
    const before = await dropped();
    const client = await probe();
    const garbage = [
      randomBytes(200),
      Buffer.alloc(1400),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('\0\x01\x02'),
      Buffer.from('INVITE\r\n\r\n'),
    ];
    for (const bytes of garbage) client.send(bytes);
    await eventually('the garbage is counted', async () => (await dropped()) >= before + garbage.length);
    expect(await options(client, tenant.domain)).toBe(200);
    expect(client.received).toHaveLength(1);
  });

  it('a request that breaks the grammar but can be answered gets 400', async () => {
    const client = await probe();
    const request = [
      'OPTIONS sip:x@y SIP/2.0',
      `Via: SIP/2.0/UDP 127.0.0.1:${client.localPort};branch=z9hG4bKbad`,
      'From: <sip:a@b>;tag=1',
      'To: <sip:x@y>',
      'Call-ID: bad-cseq',
      'CSeq: 99999999999 OPTIONS',
      'Content-Length: 0',
      '',
      '',
    ];
    client.send(request.join('\r\n'));
    const response = await client.receive('400', (message) => message.status === 400);
    expect(response.callId).toBe('bad-cseq');
  });

  it('an oversized message on TCP is refused and its connection closed', async () => {
    const before = await dropped();
    const client = await probe('TCP');
    client.send(
      `MESSAGE sip:100@${tenant.domain} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKbig\r\nContent-Length: 4294967328\r\n\r\n`,
    );
    client.send(Buffer.alloc(200_000, 0x41));
    await eventually('the connection is closed', () => client.connectionClosed, 5000);
    await eventually('it is counted', async () => (await dropped()) > before);
    expect(await options(await probe('TCP'), tenant.domain)).toBe(200);
  });

  it('a header that never ends on TCP is refused and its connection closed', async () => {
    const client = await probe('TCP');
    client.send('OPTIONS sip:x SIP/2.0\r\nX-Long: ');
    for (let chunk = 0; chunk < 64 && !client.connectionClosed; chunk += 1) client.send(Buffer.alloc(65_536, 0x61));
    await eventually('the connection is closed', () => client.connectionClosed, 5000);
    expect(await options(await probe(), tenant.domain)).toBe(200);
  });

  it('half a TLS handshake does not hold up the others, and is closed', async () => {
    const half = connect(manyline.sip.tlsPort, manyline.sip.host);
    let closed = false;
    half.on('error', () => {});
    half.once('close', () => {
      closed = true;
    });
    // The head of a ClientHello record that announces 512 octets, and then nothing.
    half.write(Buffer.from('160301020001', 'hex'));
    expect(await options(await probe('TLS'), tenant.domain)).toBe(200);
    await eventually('the half handshake is closed', () => closed, 40_000, 100);
  }, 60_000);

  it('plain SIP on the TLS port is closed and does no harm', async () => {
    const plain = connect(manyline.sip.tlsPort, manyline.sip.host);
    let closed = false;
    plain.on('error', () => {});
    plain.once('close', () => {
      closed = true;
    });
    plain.resume();
    plain.write('OPTIONS sip:x SIP/2.0\r\n\r\n');
    await eventually('it is closed', () => closed, 5000);
    expect(await options(await probe('TLS'), tenant.domain)).toBe(200);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('TLS: %s is spoken', async (tlsVersion) => {
    const client = await openProbe(manyline, stranger, { protocol: 'TLS', tlsVersion });
    probes.push(client);
    expect(client.tlsProtocol).toBe(tlsVersion);
    expect(await options(client, tenant.domain)).toBe(200);
  });

  it('TLS 1.1 is refused', async () => {
    await expect(openProbe(manyline, stranger, { protocol: 'TLS', tlsVersion: 'TLSv1.1' })).rejects.toThrow();
  });

  it('a message that comes in single octets over TCP is answered', async () => {
    const client = await probe('TCP');
    const text = `OPTIONS sip:${tenant.domain} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:${client.localPort};branch=z9hG4bKslow\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:${tenant.domain}>\r\nCall-ID: octets\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
    for (const octet of text) {
      client.send(octet);
      await new Promise(setImmediate);
    }
    await client.receive('200', (message) => message.status === 200 && message.callId === 'octets');
  });

  it('malformed JSON is a problem document with status 400', async () => {
    const response = await fetch(`${manyline.http}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email": "x',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 400,
      code: expect.any(String),
      requestId: expect.any(String),
    });
  });
});
