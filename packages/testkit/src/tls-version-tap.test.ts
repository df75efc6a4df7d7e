import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type SecureVersion, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPeers } from './installed-peers.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { TlsVersionTap } from './tls-version-tap.ts';

describe.skipIf(missingPeers('openssl').length > 0)('the TLS version tap (needs openssl)', () => {
  let server: Server;

  beforeAll(async () => {
    const folder = temporaryDirectory('tls');
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=tap',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => server.close());

  it.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('tells %s from the ServerHello', async (version) => {
    const { port } = server.address() as AddressInfo;
    const tap = await TlsVersionTap.open({ host: '127.0.0.1', port });
    const client = connect({
      port: tap.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
    });
    await new Promise((resolve) => client.once('data', resolve));
    expect(tap.versions).toEqual([version]);
    client.destroy();
    tap.close();
  });
});
