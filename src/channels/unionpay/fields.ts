import { createHash, createVerify, type KeyObject, sign } from 'node:crypto'

/** A message of UnionPay's 全渠道 interface, version 5.1.0. */
export type Fields = Readonly<Record<string, string>>

export const VERSION = '5.1.0'

/**
 * What is signed: SHA-256 of the fields sorted by name and joined as k=v&k=v, without the signature, as hexadecimal digits;
 * over these RSA with SHA-256 (so it is hashed twice). Source: UnionPay's SDK 5.1.0, signMethod 01.
 */
const digestOf = (fields: Fields): string => {
  const text = Object.keys(fields)
    .filter(name => name !== 'signature')
    .sort()
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  return createHash('sha256').update(text).digest('hex')
}

export const signed = (fields: Fields, key: KeyObject): Fields => ({
  ...fields,
  signature: sign('sha256', Buffer.from(digestOf(fields)), key).toString('base64'),
})

export const isSignedBy = (fields: Fields, key: KeyObject): boolean =>
  createVerify('RSA-SHA256')
    .update(digestOf(fields))
    .verify(key, fields.signature ?? '', 'base64')

/**
 * An answer as UnionPay writes it: k=v&k=v without any encoding, so that certificates stand in it with their line feeds and
 * base64 with its equals signs; what stands in braces or brackets may hold both separators. null for anything else.
 */
export function readAnswer(text: string): Fields | null {
  const fields: Record<string, string> = {}
  let start = 0
  let depth = 0
  for (let i = 0; i <= text.length; i++) {
    const character = text[i]
    if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (character === undefined || (character === '&' && depth <= 0)) {
      const part = text.slice(start, i)
      const at = part.indexOf('=')
      if (at <= 0 || Object.hasOwn(fields, part.slice(0, at))) return null
      fields[part.slice(0, at)] = part.slice(at + 1)
      start = i + 1
    }
  }
  return fields
}

/** A notice: an ordinary form. null when a field is there twice. */
export function readForm(text: string): Fields | null {
  const pairs = [...new URLSearchParams(text)]
  const fields = Object.fromEntries(pairs)
  return pairs.length === Object.keys(fields).length ? fields : null
}
