import { readFileSync } from 'node:fs';
import { silentLogger } from '@manyline/kernel';
import { FakeClock } from '@manyline/testkit';
import { SipTransports, type SipTransportsOptions } from '../transport/index.ts';
import { RecordingHandler } from './recording-handler.ts';

/** Certificates for 127.0.0.1 and `first.example.com`, or `second.example.com`. */
export const certificates = { first: readCertificate('first'), second: readCertificate('second') };

function readCertificate(name: string): { cert: string; key: string } {
  const read = (kind: string): string =>
    readFileSync(new URL(`fixtures/tls/${name}.${kind}.pem`, import.meta.url), 'utf8');
  return { cert: read('cert'), key: read('key') };
}

/** Transports on a fake clock, and what they tell. */
export class ListeningTransports {
  readonly clock = new FakeClock();
  readonly handler = new RecordingHandler();
  readonly transports: SipTransports;

  constructor(options: Partial<SipTransportsOptions> = {}) {
    this.transports = new SipTransports({ logger: silentLogger, clock: this.clock, handler: this.handler, ...options });
  }

  listenTcp(): Promise<number> {
    return this.transports.listenTcp({ host: '127.0.0.1', port: 0 });
  }

  listenTls(certificate = certificates.first): Promise<number> {
    return this.transports.listenTls({ host: '127.0.0.1', port: 0, ...certificate });
  }
}
