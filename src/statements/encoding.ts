import { isAscii, isUtf8 } from 'node:buffer'
import { Failure } from '../kernel/failure.ts'
import type { Encoding } from './statement.ts'

/**
 * Stands in a decoded text for a byte that could not be decoded. It is a noncharacter of Unicode, so no text holds it; a
 * record in which it occurs is rejected, never read with a hole in it.
 */
export const UNDECODABLE = '\uffff'

/** More broken lines than this: the file is not text in the encoding it began with, and is refused as a whole. */
const BROKEN_LINES_MAX = 1_000

/** A line that does not end within this many bytes is handed on in pieces. */
const TAIL_MAX = 1 << 20

const LABEL: Readonly<Record<Encoding, string>> = {
  'utf-8': 'utf-8',
  'utf-8-bom': 'utf-8',
  gb18030: 'gb18030',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
  big5: 'big5',
  'windows-1252': 'windows-1252',
  ascii: 'latin1',
}

const decoders = new Map<Encoding, TextDecoder>()

const decoderOf = (encoding: Encoding): TextDecoder => {
  let decoder = decoders.get(encoding)
  if (!decoder) decoders.set(encoding, (decoder = new TextDecoder(LABEL[encoding], { fatal: true, ignoreBOM: true })))
  return decoder
}

/** Text of the bytes, or null where one of them is not of this encoding. */
export function decodeStrictly(bytes: Uint8Array, encoding: Encoding): string | null {
  try {
    return decoderOf(encoding).decode(bytes)
  } catch {
    return null
  }
}

/**
 * The encoding by evidence: byte order mark, then strict UTF-8, then what two-byte Chinese text looks like (GB18030 before
 * Big5), then a lone high byte between letters (Windows-1252). null: not text at all.
 */
export function encodingOf(bytes: Uint8Array, whole: boolean): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8-bom'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const wide = wideWithoutMark(bytes)
  if (wide) return wide
  if (bytes.includes(0)) return null
  if (isAscii(bytes)) return 'ascii'
  const settled = whole ? bytes : bytes.subarray(0, safeCut(bytes))
  if (isUtf8(settled) || isUtf8(withoutCutCharacter(bytes))) return 'utf-8'
  const declared = declaredEncoding(bytes)
  if (declared) return declared
  if (isDamagedUtf8(settled)) return 'utf-8'
  return legacyEncodingOf(settled)
}

/**
 * UTF-8 with a few broken bytes in it, which must not turn the rest into something else: at least four whole characters for
 * each byte that is none. Of GB18030 text, about one character in seven happens to be valid UTF-8.
 */
function isDamagedUtf8(bytes: Uint8Array): boolean {
  let whole = 0
  let broken = 0
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!
    if (lead < 0x80) continue
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
    const character = lead < 0xc2 || lead > 0xf4 ? null : bytes.subarray(i, i + length)
    if (character && character.length === length && isUtf8(character)) {
      whole++
      i += length - 1
    } else broken++
  }
  return whole > 0 && whole >= broken * 4
}

const DECLARED: readonly (readonly [RegExp, Encoding])[] = [
  [/^(?:iso-?8859-15?|latin-?[19]|windows-1252|cp-?1252|1252)$/, 'windows-1252'],
  [/^(?:gbk?|gb-?2312|gb-?18030|cp-?936|936)$/, 'gb18030'],
  [/^(?:big-?5|cp-?950|950)$/, 'big5'],
]

/** What XML or OFX says of itself on its first lines. Bytes that are strict UTF-8 know better; names of UTF-8 prove nothing. */
function declaredEncoding(bytes: Uint8Array): Encoding | null {
  const start = asciiOf(bytes.subarray(0, 400))
  const said =
    /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(start) ??
    /^\s*OFXHEADER\s*:[^<]*\bCHARSET\s*:\s*([\w-]+)/.exec(start)
  const name = said?.[1]?.toLowerCase() ?? ''
  return DECLARED.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

/** UTF-16 of mostly ASCII text shows as a zero in every other byte. */
function wideWithoutMark(bytes: Uint8Array): Encoding | null {
  const sample = bytes.subarray(0, 4096)
  if (sample.length < 4) return null
  const zeros = [0, 0]
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) zeros[i & 1]!++
  const half = sample.length / 2
  if (zeros[0]! + zeros[1]! < 4) return null
  if (zeros[1]! > half * 0.3 && zeros[0]! < half * 0.05) return 'utf-16le'
  if (zeros[0]! > half * 0.3 && zeros[1]! < half * 0.05) return 'utf-16be'
  return null
}

/** Without the up to three bytes of a UTF-8 character that the end of the piece cut. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back)
    if (byte < 0x80) break
  }
  return bytes
}

/**
 * Which of the encodings without a mark. Common characters of GB2312 have both bytes from 0xA1 up; about four in ten of Big5
 * have a second byte in 0x40–0x7E, which GB2312 never has; Western text has single high bytes between ASCII letters.
 */
function legacyEncodingOf(bytes: Uint8Array): Encoding | null {
  let pairs = 0
  let commonGb = 0
  let commonBig5 = 0
  let lone = 0
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!
    if (lead < 0x80) continue
    const trail = bytes[i + 1] ?? 0
    const previous = i > 0 ? bytes[i - 1]! : 0x20
    if (trail >= 0x30 && trail <= 0x39 && (bytes[i + 2] ?? 0) >= 0x81 && isDigit(bytes[i + 3] ?? 0)) {
      // The four-byte codes of GB18030.
      pairs++
      commonGb++
      i += 3
      continue
    }
    if (trail < 0x80 && previous < 0x80 && (trail < 0x40 || (isLetter(previous) && isLetter(trail)))) {
      lone++
      continue
    }
    pairs++
    if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) commonGb++
    if (lead >= 0xa1 && lead <= 0xc6 && ((trail >= 0x40 && trail <= 0x7e) || trail >= 0xa1)) commonBig5++
    i++
  }
  const order: Encoding[] =
    lone > pairs
      ? ['windows-1252', 'gb18030', 'big5']
      : commonBig5 > commonGb
        ? ['big5', 'gb18030', 'windows-1252']
        : ['gb18030', 'big5', 'windows-1252']
  // A damaged byte does not change what the rest is: clear evidence wins, else the best guess that reads wholly.
  const evidence = order[0] === 'gb18030' ? commonGb : commonBig5
  if (order[0] !== 'windows-1252' && evidence >= pairs * 0.8) return order[0]!
  const readable = order.find(encoding => encoding !== 'windows-1252' && decodeStrictly(bytes, encoding) !== null)
  if (order[0] === 'windows-1252') return 'windows-1252'
  if (readable) return readable
  return pairs > 0 ? order[0]! : null
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a

/**
 * Where a piece may be cut without cutting a character: after the last line feed, else after the last byte below 0x30,
 * which is no part of a multi-byte character in any of the encodings (GB18030 four-byte codes use 0x30–0x39).
 */
function safeCut(bytes: Uint8Array): number {
  const lineFeed = bytes.lastIndexOf(0x0a)
  if (lineFeed >= 0) return lineFeed + 1
  for (let i = bytes.length - 1; i >= 0; i--) if (bytes[i]! < 0x30) return i + 1
  return 0
}

const asciiOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

/** Turns pieces of bytes into text, whatever the borders of the pieces. */
export class Decoder {
  encoding: Encoding
  readonly #file: string
  #tail: Uint8Array = new Uint8Array(0)
  #begun = false
  #declared: Encoding | null = null
  #broken = 0

  constructor(encoding: Encoding, file: string) {
    this.encoding = encoding
    this.#file = file
  }

  decode(piece: Uint8Array): string {
    let bytes = piece
    if (this.#tail.length > 0) {
      bytes = new Uint8Array(this.#tail.length + piece.length)
      bytes.set(this.#tail)
      bytes.set(piece, this.#tail.length)
      this.#tail = new Uint8Array(0)
    }
    if (!this.#begun) {
      if (bytes.length < 3) {
        this.#tail = new Uint8Array(bytes)
        return ''
      }
      bytes = this.#withoutMark(bytes)
    }
    const cut = this.#cutOf(bytes)
    // The piece is a buffer that will be read into again: what waits is copied (Buffer#slice would be a view).
    if (cut < bytes.length) this.#tail = new Uint8Array(bytes.subarray(cut))
    return this.#text(bytes.subarray(0, cut))
  }

  /** What is left when no more bytes come; a character cut off here is undecodable. */
  end(): string {
    const rest = this.#begun ? this.#tail : this.#withoutMark(this.#tail)
    this.#tail = new Uint8Array(0)
    return this.#text(rest)
  }

  #withoutMark(bytes: Uint8Array): Uint8Array {
    this.#begun = true
    this.#declared = declaredEncoding(bytes)
    if (this.encoding === 'utf-8-bom') return bytes.subarray(3)
    const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    return marked && this.encoding.startsWith('utf-16') ? bytes.subarray(2) : bytes
  }

  #cutOf(bytes: Uint8Array): number {
    if (this.encoding === 'windows-1252') return bytes.length
    if (this.encoding === 'utf-16le' || this.encoding === 'utf-16be') {
      const even = bytes.length & ~1
      const high = this.encoding === 'utf-16le' ? bytes[even - 1] : bytes[even - 2]
      return high !== undefined && high >= 0xd8 && high <= 0xdb ? even - 2 : even
    }
    if (this.encoding === 'ascii' && isAscii(bytes)) return bytes.length
    const cut = safeCut(bytes)
    if (cut > 0 || bytes.length < TAIL_MAX) return cut
    // One endless line: the readers say what is wrong with it, as long as it is text.
    return this.encoding.startsWith('utf-8') ? withoutCutCharacter(bytes).length : bytes.length
  }

  #text(bytes: Uint8Array): string {
    if (bytes.length === 0) return ''
    if (this.encoding === 'ascii') {
      if (isAscii(bytes)) return asciiOf(bytes)
      // Everything before was plain ASCII, which all candidates share: the choice is free until here.
      this.encoding = (isUtf8(bytes) ? 'utf-8' : this.#declared) ?? encodingOf(bytes, true) ?? 'utf-8'
    }
    return decodeStrictly(bytes, this.encoding) ?? this.#marked(bytes)
  }

  /** Line by line, so that only the broken ones are lost. */
  #marked(bytes: Uint8Array): string {
    const wide = this.encoding === 'utf-16le' || this.encoding === 'utf-16be'
    if (wide) return this.#markedWide(bytes)
    let text = ''
    for (let from = 0; from < bytes.length; ) {
      const feed = bytes.indexOf(0x0a, from)
      const to = feed < 0 ? bytes.length : feed + 1
      const line = bytes.subarray(from, to)
      text += decodeStrictly(line, this.encoding) ?? this.#markedLine(line)
      from = to
    }
    return text
  }

  #markedLine(line: Uint8Array): string {
    if (++this.#broken > BROKEN_LINES_MAX || line.length > 1 << 20) throw this.#unreadable()
    let text = ''
    let plain = 0
    for (let i = 0; i < line.length; ) {
      if (line[i]! < 0x80) {
        i++
        continue
      }
      if (i > plain) text += asciiOf(line.subarray(plain, i))
      let length = 4
      let character: string | null = null
      for (; length >= 1 && character === null; length--) {
        if (i + length > line.length) continue
        const tried = decodeStrictly(line.subarray(i, i + length), this.encoding)
        if (tried !== null && [...tried].length === 1) character = tried
      }
      text += character ?? UNDECODABLE
      i += character === null ? 1 : length + 1
      plain = i
    }
    return plain < line.length ? text + asciiOf(line.subarray(plain)) : text
  }

  #markedWide(bytes: Uint8Array): string {
    const units: string[] = []
    const low = this.encoding === 'utf-16le' ? 0 : 1
    for (let i = 0; i + 1 < bytes.length; i += 2)
      units.push(String.fromCharCode(bytes[i + low]! | (bytes[i + 1 - low]! << 8)))
    if (bytes.length % 2 === 1) units.push(UNDECODABLE)
    return units.join('').replace(/\p{Surrogate}/gu, UNDECODABLE)
  }

  #unreadable(): Failure {
    return new Failure(
      'encoding_unreadable',
      {
        zh: `文件“${this.#file}”按 ${this.encoding} 解码时有超过 ${BROKEN_LINES_MAX} 行无法识别：文件已损坏或混用了编码，请重新下载原始文件`,
        en: `file "${this.#file}" has more than ${BROKEN_LINES_MAX} lines that are not ${this.encoding}: it is damaged or mixes encodings; fetch the original again`,
      },
      { file: this.#file, encoding: this.encoding },
    )
  }
}
