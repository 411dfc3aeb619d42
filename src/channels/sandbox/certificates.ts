import { createHash, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'

/** A test certificate with its key. */
export type Issued = { readonly pem: string; readonly key: KeyObject; readonly name: string }

export type CertificateAsk = {
  /** Common name. */
  readonly name: string
  /** null: signs itself. */
  readonly issuer: Issued | null
  readonly from?: Date
  readonly to?: Date
  readonly ca?: boolean
}

export type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

const generate = promisify(generateKeyPair)

/** RSA of 2048 bits, made in the thread pool. */
export const newKeyPair = (): Promise<KeyPair> => generate('rsa', { modulusLength: 2048 })

/** An X.509 certificate (version 3, SHA-256) for a key pair. Node reads certificates but makes none, hence these lines. */
export function certify({ publicKey, privateKey }: KeyPair, ask: CertificateAsk): Issued {
  const { name, issuer, ca = false } = ask
  const algorithm = der(0x30, der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const serial = createHash('sha1').update(spki).digest()
  // Positive, and twenty bytes long whatever the hash begins with.
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    distinguished(issuer?.name ?? name),
    der(0x30, time(ask.from ?? new Date('2020-01-01T00:00:00Z')), time(ask.to ?? new Date('2049-01-01T00:00:00Z'))),
    distinguished(name),
    spki,
    der(0xa3, der(0x30, basicConstraints(ca))),
  )
  const signature = sign('sha256', content, issuer?.key ?? privateKey)
  const whole = der(0x30, content, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  return { pem, key: privateKey, name }
}

export const privatePem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const distinguished = (name: string): Buffer =>
  der(0x30, der(0x31, der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)))))

const time = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replace(/\D/g, '')}Z`, 'latin1'))

const basicConstraints = (ca: boolean): Buffer =>
  der(
    0x30,
    der(0x06, Buffer.from('551d13', 'hex')),
    der(0x01, Buffer.from([255])),
    der(0x04, ca ? der(0x30, der(0x01, Buffer.from([255]))) : der(0x30)),
  )
