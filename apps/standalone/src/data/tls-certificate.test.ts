import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { ensureCertificate } from './tls-certificate.ts';

const names = { baseDomain: 'pbx.example', publicAddress: '192.0.2.7' };

describe('ensureCertificate', () => {
  it('makes a pair that names the tenants and the addresses, once', async () => {
    const folder = await temporaryFolder();
    const files = await ensureCertificate(folder, names);
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    createSecureContext({ cert, key });
    const certificate = new X509Certificate(cert);
    for (const host of ['pbx.example', 'acme.pbx.example', 'localhost']) {
      expect(certificate.checkHost(host), host).toBeDefined();
    }
    expect(certificate.checkIP('192.0.2.7')).toBeDefined();
    expect((await stat(files.key)).mode & 0o777).toBe(0o600);
    await ensureCertificate(folder, names);
    expect(await readFile(files.cert)).toEqual(cert);
  });

  it('makes a new pair for another domain and when a half is missing', async () => {
    const folder = await temporaryFolder();
    const files = await ensureCertificate(folder, names);
    const first = await readFile(files.cert, 'utf8');
    await ensureCertificate(folder, { ...names, baseDomain: 'other.example' });
    const second = await readFile(files.cert, 'utf8');
    expect(second).not.toBe(first);
    await rm(files.key);
    await ensureCertificate(folder, { ...names, baseDomain: 'other.example' });
    createSecureContext({ cert: await readFile(files.cert), key: await readFile(files.key) });
  });

  it("never replaces somebody's own certificate", async () => {
    const folder = await temporaryFolder();
    const files = await ensureCertificate(folder, names);
    const own = await generate([{ name: 'commonName', value: 'sip.company.example' }], { algorithm: 'sha256' });
    await writeFile(files.cert, own.cert);
    await writeFile(files.key, own.private);
    await ensureCertificate(folder, names);
    expect(await readFile(files.cert, 'utf8')).toBe(own.cert);
  });
});
