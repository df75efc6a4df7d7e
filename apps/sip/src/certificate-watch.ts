import { readFile } from 'node:fs/promises';
import type { TlsFiles } from '@manyline/config';
import type { Clock, Logger, Timer } from '@manyline/kernel';

const LOOK_MS = 5_000;

export interface CertificateWatchOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: (certificate: { cert: Buffer; key: Buffer }) => void;
}

/** Reads the certificate again when its files change, so that a renewal needs no restart; open connections stay up. */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  #known: Buffer | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    void this.#look();
  }

  async #look(): Promise<void> {
    const { files, logger, onChange, clock } = this.#options;
    try {
      const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
      const both = Buffer.concat([cert, key]);
      if (this.#known !== undefined && !this.#known.equals(both)) {
        onChange({ cert, key });
        logger.info('the TLS certificate was renewed');
      }
      this.#known = both;
    } catch (error) {
      logger.warn({ err: error }, 'the TLS certificate could not be read again, the old one stays');
    }
    if (!this.#closed) this.#timer = clock.after(LOOK_MS, () => void this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }
}
