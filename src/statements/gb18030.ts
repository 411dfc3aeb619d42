import { isAscii } from 'node:buffer'

/**
 * GB18030 by a table of its two-byte codes: the platform's own decoder, from which the table is made, takes four times as long for a
 * bill, which is ASCII but for a few names. What has four bytes is left to it.
 */

const LEADS = 126
const TRAILS = 256
const FIRST_LEAD = 0x81

let table: Uint16Array | undefined

/** Characters by (lead - 0x81) * 256 + trail; 0 where there is none. */
function twoByteCodes(): Uint16Array {
  const codes = new Uint16Array(LEADS * TRAILS)
  const decoder = new TextDecoder('gb18030', { fatal: true, ignoreBOM: true })
  const trails = Array.from({ length: 0xff - 0x40 }, (_, i) => 0x40 + i).filter(trail => trail !== 0x7f)
  for (let lead = 0; lead < LEADS; lead++) {
    const text = decoder.decode(Uint8Array.from(trails.flatMap(trail => [lead + FIRST_LEAD, trail])))
    for (const [i, trail] of trails.entries()) codes[lead * TRAILS + trail] = text.charCodeAt(i)
  }
  return codes
}

let units = new Uint16Array(0)

/** The text; null where it holds anything but ASCII and two-byte codes. */
export function decodeTwoByteGb18030(bytes: Uint8Array): string | null {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  table ??= twoByteCodes()
  if (units.length < bytes.length) units = new Uint16Array(bytes.length)
  const out = units
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    let unit = bytes[i]!
    if (unit >= 0x80) {
      // A lead that is none, or a trail that is cut off, is outside of the table or has no character in it.
      unit = table[(unit - FIRST_LEAD) * TRAILS + (bytes[++i] ?? 0)] ?? 0
      if (unit === 0) return null
    }
    out[length++] = unit
  }
  return Buffer.from(out.buffer, 0, length * 2).toString('utf16le')
}
