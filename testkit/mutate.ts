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
]

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

/** One to three damages, one upon the other. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const dice = new Dice(random)
  let damaged = bytes
  for (let times = dice.of([1, 1, 1, 2, 3]); times > 0 && damaged.length > 0; times--)
    damaged = dice.of(DAMAGES)(damaged, dice, other)
  return damaged.length > 4 << 20 ? damaged.subarray(0, 4 << 20) : damaged
}
