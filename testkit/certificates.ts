import { generateKeyPairSync } from 'node:crypto'
import { type CertificateAsk, certify, type Issued } from '../src/channels/sandbox/certificates.ts'

export { type Issued, privatePem } from '../src/channels/sandbox/certificates.ts'

/** A certificate made for a test of whoever checks one, with its key. */
export const issue = (ask: CertificateAsk): Issued => certify(generateKeyPairSync('rsa', { modulusLength: 2048 }), ask)
