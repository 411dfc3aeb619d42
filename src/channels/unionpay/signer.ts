import { type KeyObject, X509Certificate } from 'node:crypto'

/** Signers seen lately; UnionPay has one or two at a time. */
const KEPT_MAX = 8

/**
 * Whoever signs for UnionPay: each message brings the certificate (signPubKeyCert), which counts when it was issued by UnionPay's
 * middle certificate, that one by the root we hold, all are valid now, and its common name names UnionPay
 * ("041@…@中国银联股份有限公司@…": the third part).
 */
export class Signers {
  readonly #root: X509Certificate
  readonly #middle: X509Certificate
  readonly #name: string
  readonly #kept = new Map<string, X509Certificate>()

  constructor(root: X509Certificate, middle: X509Certificate, name: string) {
    this.#root = root
    this.#middle = middle
    this.#name = name
  }

  /** Its key, or why it does not count. */
  keyOf(pem: string, at: Date): KeyObject | string {
    const kept = this.#kept.get(pem)
    const certificate = kept ?? certificateOf(pem)
    if (!certificate) return 'signPubKeyCert is missing or unreadable'
    if (![certificate, this.#middle, this.#root].every(each => isValid(each, at)))
      return 'a certificate of the signer is not valid at this time'
    if (kept) return kept.publicKey
    const issued =
      certificate.checkIssued(this.#middle) &&
      certificate.verify(this.#middle.publicKey) &&
      this.#middle.ca &&
      this.#middle.checkIssued(this.#root) &&
      this.#middle.verify(this.#root.publicKey)
    if (!issued) return 'signPubKeyCert was not issued by the configured middle and root certificates'
    const name = commonName(certificate).split('@')[2]
    if (name !== this.#name) return `signPubKeyCert belongs to "${(name ?? '').slice(0, 60)}"`
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear()
    this.#kept.set(pem, certificate)
    return certificate.publicKey
  }
}

function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

const isValid = (certificate: X509Certificate, at: Date): boolean =>
  certificate.validFromDate <= at && at <= certificate.validToDate

const commonName = (certificate: X509Certificate): string => {
  const name: unknown = certificate.toLegacyObject().subject.CN
  return Array.isArray(name) ? String(name[0]) : typeof name === 'string' ? name : ''
}
