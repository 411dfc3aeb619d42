import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Failure } from '../kernel/failure.ts'

/** A server's certificate (with its chain) and private key, in PEM. */
export type Certificate = { readonly cert: string; readonly key: string }

/** Browsers take no certificate that is valid for more than 398 days. */
const VALID_DAYS = 397
const RENEW_DAYS = 30
const DAY_MS = 86_400_000

/**
 * The platform's own certificate, signed by itself and kept in `folder` (0600): made when there is none, when it does not name all of
 * `names`, and thirty days before it expires. `besides`: names that a new one gets too, and that are no reason to make one.
 */
export async function ownCertificate(
  folder: string,
  names: readonly string[],
  at: Date,
  besides: readonly string[] = [],
): Promise<Certificate> {
  const files = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') }
  const kept = await readKept(files)
  if (kept && serves(kept, names, at)) return kept
  const made = await makeCertificate([...new Set([...names, ...besides])], at)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const which of ['key', 'cert'] as const) {
    const draft = `${files[which]}.${process.pid}`
    await writeFile(draft, made[which], { mode: 0o600 })
    await chmod(draft, 0o600)
    await rename(draft, files[which])
  }
  return made
}

async function readKept(files: Certificate): Promise<Certificate | null> {
  try {
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')])
    return { cert, key }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function serves(kept: Certificate, names: readonly string[], at: Date): boolean {
  try {
    const about = checkCertificate(kept)
    return (
      about.validFromDate <= at &&
      about.validToDate.getTime() - at.getTime() > RENEW_DAYS * DAY_MS &&
      names.every(name => (isIP(name) ? about.checkIP(name) : about.checkHost(name)) !== undefined)
    )
  } catch {
    return false // Half written, or edited: a new one is made.
  }
}

/** What a certificate says. Throws Failure tls_certificate_invalid when it cannot be read or the key is another one's. */
export function checkCertificate({ cert, key }: Certificate): X509Certificate {
  let about: X509Certificate
  let fits: boolean
  try {
    about = new X509Certificate(cert)
    fits = about.checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw invalid('无法读取证书或私钥', 'certificate or key cannot be read', (error as Error).message)
  }
  if (!fits) throw invalid('私钥与证书不匹配', 'the key is not that of the certificate', '')
  return about
}

const invalid = (zh: string, en: string, reason: string): Failure =>
  new Failure(
    'tls_certificate_invalid',
    {
      zh: `server.tls：${zh}${reason && `（${reason}）`}，应为 PEM 格式的证书链和对应的私钥`,
      en: `server.tls: ${en}${reason && ` (${reason})`}: a chain of certificates and its private key in PEM are expected`,
    },
    { reason },
  )

export type CertificateAsk = {
  readonly names: readonly string[]
  readonly from: Date
  readonly to: Date
  /** A certificate that signs others. */
  readonly ca?: boolean
  /** Without it the certificate signs itself. */
  readonly issuer?: Certificate
}

async function makeCertificate(names: readonly string[], at: Date): Promise<Certificate> {
  // Clocks differ by minutes.
  const from = new Date(at.getTime() - 3600_000)
  return await issueCertificate({ names, from, to: new Date(from.getTime() + VALID_DAYS * DAY_MS) })
}

/** An X.509 certificate for host names and addresses, with a new key on the curve P-256. */
export async function issueCertificate({ names, from, to, ca = false, issuer }: CertificateAsk): Promise<Certificate> {
  await import('reflect-metadata') // Without it the next one does not load.
  const x509 = await import('@peculiar/x509')
  const { subtle } = webcrypto
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const usage = ca ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign : x509.KeyUsageFlags.digitalSignature
  const name = [{ CN: [names[0] ?? 'localhost'] }]
  const common = {
    serialNumber: `4${randomBytes(15).toString('hex').slice(1)}`,
    notBefore: from,
    notAfter: to,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      new x509.KeyUsagesExtension(usage, true),
      ...(ca ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])]),
      new x509.SubjectAlternativeNameExtension(
        names.map(value => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  }
  const made = issuer
    ? await x509.X509CertificateGenerator.create(
        {
          ...common,
          subject: name,
          issuer: new x509.X509Certificate(issuer.cert).subject,
          publicKey: keys.publicKey,
          signingKey: await subtle.importKey(
            'pkcs8',
            createPrivateKey(issuer.key).export({ type: 'pkcs8', format: 'der' }),
            algorithm,
            false,
            ['sign'],
          ),
        },
        webcrypto as never,
      )
    : await x509.X509CertificateGenerator.createSelfSigned({ ...common, name, keys }, webcrypto as never)
  const key = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    cert: `${made.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${(key.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`,
  }
}
