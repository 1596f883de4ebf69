// A throwaway CA and one leaf below it, so that clients verify TLS for real instead of switching the check off.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificates {
  /** PEM of the CA's certificate: what a client trusts. */
  ca: string;
  /** PEM of the leaf's private key. */
  key: string;
  /** PEM of the leaf, for the names in {@link servedNames} and the loopback addresses. */
  cert: string;
}

/** `mail-catcher` is the name it has in a compose network. */
export const servedNames = ['localhost', 'mail-catcher'];

const DAY = 24 * 60 * 60 * 1000;
const FILES = { ca: 'ca.crt', key: 'server.key', cert: 'server.crt' } as const;

/** Makes a new CA and leaf; the CA's key is forgotten at once, so nobody can sign with it later. */
export async function makeCertificates(): Promise<Certificates> {
  const common = {
    keyType: 'ec',
    algorithm: 'sha256',
    // An hour back: a container's clock may be a little behind its host's.
    notBeforeDate: new Date(Date.now() - DAY / 24),
    notAfterDate: new Date(Date.now() + 3650 * DAY),
  } as const;
  const ca = await generate([{ name: 'commonName', value: 'Mail catcher throwaway CA' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...servedNames.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { ca: ca.cert, key: leaf.private, cert: leaf.cert };
}

/** The certificates kept in a folder, made anew when they are missing, half written, mismatched or about to expire. */
export async function keptCertificates(folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = await readCertificates(folder);
  if (kept !== null && areUsable(kept)) return kept;
  const made = await makeCertificates();
  await writeFile(join(folder, FILES.ca), made.ca);
  await writeFile(join(folder, FILES.key), made.key, { mode: 0o600 });
  await writeFile(join(folder, FILES.cert), made.cert);
  return made;
}

async function readCertificates(folder: string): Promise<Certificates | null> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    const [ca, key, cert] = await Promise.all([read(FILES.ca), read(FILES.key), read(FILES.cert)]);
    return { ca, key, cert };
  } catch {
    return null;
  }
}

function areUsable({ ca, key, cert }: Certificates): boolean {
  try {
    const authority = new X509Certificate(ca);
    const leaf = new X509Certificate(cert);
    return (
      leaf.verify(authority.publicKey) &&
      leaf.checkPrivateKey(createPrivateKey(key)) &&
      servedNames.every((name) => leaf.checkHost(name) !== undefined) &&
      Date.parse(leaf.validTo) > Date.now() + DAY &&
      Date.parse(authority.validTo) > Date.now() + DAY
    );
  } catch {
    return false;
  }
}
