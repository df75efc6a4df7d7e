import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsFiles } from '@manyline/config';
import { generate } from 'selfsigned';
import { writeFileDurably } from './write-file-durably.ts';

/** The organisation in certificates that we made ourselves; others are never replaced. */
const OWN_ORGANISATION = 'Manyline self-signed';
const DAY_MS = 24 * 3600 * 1000;
const LIFETIME_DAYS = 730;
/** Made anew at a start when it ends sooner than this. */
const RENEW_DAYS = 30;

export interface CertificateNames {
  readonly baseDomain: string;
  /** IP address that the server is reached at, if known. */
  readonly publicAddress: string | undefined;
}

/**
 * The certificate and key in `folder`. Makes a self-signed pair when there is none, or when ours is about to end or
 * names another domain. RSA, since older phones know nothing else.
 */
export async function ensureCertificate(folder: string, names: CertificateNames): Promise<TlsFiles> {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  if (await isUsable(files, names)) return files;
  const notAfterDate = new Date(Date.now() + LIFETIME_DAYS * DAY_MS);
  const pair = await generate(
    [
      { name: 'commonName', value: names.baseDomain },
      { name: 'organizationName', value: OWN_ORGANISATION },
    ],
    {
      keyType: 'rsa',
      keySize: 2048,
      algorithm: 'sha256',
      notBeforeDate: new Date(Date.now() - DAY_MS),
      notAfterDate,
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: altNames(names) },
      ],
    },
  );
  await writeFileDurably(files.key, pair.private, 0o600);
  await writeFileDurably(files.cert, pair.cert, 0o644);
  return files;
}

function altNames({ baseDomain, publicAddress }: CertificateNames) {
  const addresses = new Set(['127.0.0.1', '::1', ...(publicAddress === undefined ? [] : [publicAddress])]);
  return [
    ...[baseDomain, `*.${baseDomain}`, 'localhost'].map((value) => ({ type: 2 as const, value })),
    ...[...addresses].map((ip) => ({ type: 7 as const, ip })),
  ];
}

async function isUsable(files: TlsFiles, names: CertificateNames): Promise<boolean> {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(await readFile(files.cert));
    await readFile(files.key);
  } catch {
    return false;
  }
  if (!certificate.subject.includes(OWN_ORGANISATION)) return true;
  const lastsLongEnough = certificate.validToDate.getTime() - Date.now() > RENEW_DAYS * DAY_MS;
  const namesDomain = certificate.checkHost(`tenant.${names.baseDomain}`) !== undefined;
  const namesAddress = names.publicAddress === undefined || certificate.checkIP(names.publicAddress) !== undefined;
  return lastsLongEnough && namesDomain && namesAddress;
}
