import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'

/** What a forged or faulty answer says in place of the right thing. */
export type Tweaks = {
  readonly origin?: string
  readonly challenge?: string
  readonly rpId?: string
  readonly verified?: boolean
  readonly counter?: number
  /** Signs by another key than the one registered. */
  readonly key?: KeyObject
}

/** A phone with a fingerprint reader, in software: one ES256 credential, WebAuthn level 3. */
export class Authenticator {
  readonly #id = randomBytes(32)
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #origin: string
  #counter = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  get id(): string {
    return this.#id.toString('base64url')
  }

  register({ challenge, rp }: PublicKeyCredentialCreationOptionsJSON, tweaks: Tweaks = {}): RegistrationResponseJSON {
    const { x = '', y = '' } = this.#pair.publicKey.export({ format: 'jwk' }) as { x?: string; y?: string }
    const cose = cborMap([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(this.#id.length)
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, cose])
    const authData = Buffer.concat([this.#data(tweaks.rpId ?? rp.id ?? '', tweaks, 0x40), credential])
    const attestation = cborMap([
      ['fmt', 'none'],
      ['attStmt', EMPTY],
      ['authData', authData],
    ])
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#client('webauthn.create', challenge, tweaks).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  sign(
    { challenge, rpId = '' }: PublicKeyCredentialRequestOptionsJSON,
    tweaks: Tweaks = {},
  ): AuthenticationResponseJSON {
    this.#counter = tweaks.counter ?? this.#counter + 1
    const authenticatorData = this.#data(tweaks.rpId ?? rpId, tweaks, 0)
    const client = this.#client('webauthn.get', challenge, tweaks)
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(client).digest()])
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, tweaks.key ?? this.#pair.privateKey).toString('base64url'),
      },
    }
  }

  /** Digest of the party, flags (user present, user verified), counter. */
  #data(rpId: string, { verified = true }: Tweaks, flags: number): Buffer {
    const tail = Buffer.alloc(5)
    tail.writeUInt8(0x01 | (verified ? 0x04 : 0) | flags, 0)
    tail.writeUInt32BE(this.#counter, 1)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), tail])
  }

  #client(type: string, challenge: string, tweaks: Tweaks): Buffer {
    return Buffer.from(
      JSON.stringify({
        type,
        challenge: tweaks.challenge ?? challenge,
        origin: tweaks.origin ?? this.#origin,
        crossOrigin: false,
      }),
    )
  }
}

const EMPTY = Symbol('an empty map')
type Cbor = number | string | Uint8Array | typeof EMPTY

/** RFC 8949, as far as an authenticator goes. */
function cborMap(entries: readonly (readonly [number | string, Cbor])[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, value]) => [cbor(key), cbor(value)])])
}

function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value === EMPTY) return head(5, 0)
  return Buffer.concat([head(2, value.length), value])
}

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255])
}
