import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'

/** Damage as it happens to files, and as it happens to nobody. */

export type Random = () => number

export function seeded(seed: number): Random {
  let state = (seed + 1) * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

type Damage = (bytes: Buffer, at: Dice, other: Buffer) => Buffer

class Dice {
  readonly #random: Random
  constructor(random: Random) {
    this.#random = random
  }
  below(limit: number): number {
    return Math.floor(this.#random() * Math.max(1, limit))
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
  /** Where lines begin and end. */
  line(bytes: Buffer): [from: number, to: number] {
    const at = this.below(bytes.length)
    const from = bytes.lastIndexOf(10, Math.max(0, at - 1)) + 1
    const feed = bytes.indexOf(10, at)
    return [from, feed < 0 ? bytes.length : feed + 1]
  }
  /** A digit somewhere; -1: there is none near. */
  digit(bytes: Buffer): number {
    const from = this.below(bytes.length)
    for (let i = 0; i < bytes.length; i++) {
      const at = (from + i) % bytes.length
      if (bytes[at]! >= 48 && bytes[at]! <= 57) return at
    }
    return -1
  }
}

const put = (bytes: Buffer, from: number, to: number, ...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat([
    bytes.subarray(0, from),
    ...parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
    bytes.subarray(to),
  ])

const ODDITIES = [
  '"',
  ',',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\0',
  '-',
  '.',
  '..',
  ';',
  '|',
  '<',
  '&lol;',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '99999999999999999999',
  '1e308',
  '-0.00',
  '\xff\xfe',
  '\xef\xbb\xbf',
  '\x1f\x8b\x08',
  'PK\x03\x04',
  ':61:',
  ':62F:',
  '88,',
  '/',
  "'",
  '`',
  '"'.repeat(999),
  '('.repeat(500),
  ' '.repeat(5000),
  ','.repeat(3000),
  '9'.repeat(2000),
  '<a>'.repeat(600),
  '<a>'.repeat(20_000),
  '\0'.repeat(500),
  'x'.repeat(200_000),
  `"${'y\n'.repeat(20_000)}"`,
]

/** A line's cells, two of them in each other's place. `header`: the first line too, so that names and values stay together. */
function exchanged(bytes: Buffer, at: Dice, header: boolean): Buffer {
  const delimiter = at.of([',', ',', ';', '\t', '|'])
  const lines = bytes.toString('latin1').split('\n')
  const width = Math.max(...lines.slice(0, 200).map(line => line.split(delimiter).length))
  const [a, b] = [at.below(width), at.below(width)]
  const from = header ? 0 : 1 + lines.findIndex(line => line.split(delimiter).length === width)
  return Buffer.from(
    lines
      .map((line, index) => {
        const cells = line.split(delimiter)
        if (index < from || cells.length !== width) return line
        ;[cells[a], cells[b]] = [cells[b]!, cells[a]!]
        return cells.join(delimiter)
      })
      .join('\n'),
    'latin1',
  )
}

/** One name of the header twice. */
function doubledName(bytes: Buffer, at: Dice): Buffer {
  const [from, to] = [0, Math.max(0, bytes.indexOf(10))]
  const cells = bytes.toString('latin1', from, to).split(',')
  cells[at.below(cells.length)] = cells[at.below(cells.length)]!
  return put(bytes, from, to, cells.join(','))
}

/** The sign of one number, or of every number of a kind, turned. */
function turnedSigns(bytes: Buffer, at: Dice): Buffer {
  const text = bytes.toString('latin1')
  const numbers = [...text.matchAll(/(?<=[,;|\t"])(-?)(\d+\.\d{2})(?=[,;|\t"\r\n])/g)]
  if (numbers.length === 0) return bytes
  const { index, 1: sign = '', 2: digits = '' } = at.of(numbers)
  return put(bytes, index, index + sign.length + digits.length, sign === '' ? `-${digits}` : digits)
}

/** What one half says in one encoding and the other in another. */
function mixedEncodings(bytes: Buffer, at: Dice): Buffer {
  const cut = bytes.indexOf(10, at.below(bytes.length)) + 1
  const rest = iconv.decode(bytes.subarray(cut), at.of(['utf8', 'gb18030']))
  return Buffer.concat([bytes.subarray(0, cut), iconv.encode(rest, at.of(['gb18030', 'utf8', 'utf16le', 'big5']))])
}

let bomb: Buffer | undefined
/** 64 MB of blanks in 64 KB. */
const gzipBomb = (): Buffer => (bomb ??= gzipSync(Buffer.alloc(64 << 20, 32)))

const DAMAGES: readonly Damage[] = [
  (bytes, at) => bytes.subarray(0, at.below(bytes.length)),
  (bytes, at) => bytes.subarray(at.below(bytes.length)),
  (bytes, at) => {
    const copy = Buffer.from(bytes)
    for (let i = at.below(8); i >= 0; i--) copy[at.below(copy.length)] = at.below(256)
    return copy
  },
  // One digit of one number: what a control is for.
  (bytes, at) => {
    const place = at.digit(bytes)
    return place < 0 ? bytes : put(bytes, place, place + 1, String(at.below(10)))
  },
  (bytes, at) => {
    const place = at.digit(bytes)
    return place < 0 ? bytes : put(bytes, place, place, at.of(['-', '9', '0', '.', '1,']))
  },
  (bytes, at) => put(bytes, ...at.line(bytes)),
  (bytes, at) => {
    const [from, to] = at.line(bytes)
    return put(bytes, to, to, bytes.subarray(from, to))
  },
  (bytes, at) => {
    const [from, to] = at.line(bytes)
    const line = Buffer.from(bytes.subarray(from, to))
    const rest = put(bytes, from, to)
    const [place] = at.line(rest)
    return put(rest, place, place, line)
  },
  (bytes, at) => {
    const from = at.below(bytes.length)
    return put(bytes, from, from + at.below(Math.min(200, bytes.length)))
  },
  (bytes, at) => {
    const place = at.below(bytes.length)
    return put(bytes, place, place, at.of(ODDITIES))
  },
  (bytes, at) => {
    const place = at.below(bytes.length)
    return put(bytes, place, place + 1, at.of(ODDITIES))
  },
  (bytes, at) => {
    const [from, to] = [at.below(bytes.length), at.below(bytes.length)].sort((a, b) => a - b) as [number, number]
    return put(bytes, to, to, ...Array<Buffer>(1 + at.below(6)).fill(bytes.subarray(from, to)))
  },
  (bytes, at, other) =>
    Buffer.concat([bytes.subarray(0, at.below(bytes.length)), other.subarray(at.below(other.length))]),
  (bytes, at) =>
    Buffer.from(
      bytes.toString('latin1').replaceAll(at.of([',', ';', '\t', '|']), at.of([',', ';', '\t', ''])),
      'latin1',
    ),
  (bytes, at) =>
    Buffer.from(bytes.toString(at.of(['latin1', 'utf8'] as const)), at.of(['utf16le', 'utf8', 'latin1'] as const)),
]

const RARE: readonly Damage[] = [
  (bytes, at) => exchanged(bytes, at, true),
  (bytes, at) => exchanged(bytes, at, false),
  doubledName,
  turnedSigns,
  turnedSigns,
  mixedEncodings,
  (bytes, at) => (at.below(20) === 0 ? gzipBomb() : Buffer.concat([bytes, gzipBomb().subarray(0, at.below(1_000))])),
  // Many members: a gzip file may be several after each other, and so may an archive's beginnings.
  (bytes, at) => Buffer.concat(Array<Buffer>(2 + at.below(30)).fill(gzipSync(bytes.subarray(0, 4_096)))),
]

/** One to three damages, one upon the other. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const dice = new Dice(random)
  let damaged = bytes
  for (let times = dice.of([1, 1, 1, 2, 3]); times > 0 && damaged.length > 0; times--)
    damaged = dice.of(dice.below(4) === 0 ? RARE : DAMAGES)(damaged, dice, other)
  return damaged.length > 4 << 20 ? damaged.subarray(0, 4 << 20) : damaged
}
