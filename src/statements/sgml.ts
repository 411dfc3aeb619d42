import { DEFAULT_LIMITS } from './container.ts'
import { lineEndOf, rowTooLong } from './lines.ts'

export type SgmlTaker = {
  /** A start tag with nothing but blanks before the next tag: an aggregate, or an empty leaf. */
  readonly open: (name: string, line: number) => void
  /** A start tag with text behind it, closed or not; the text is trimmed and still escaped. */
  readonly leaf: (name: string, text: string, line: number) => void
  readonly close: (name: string) => void
}

/** A tag is a name between angle brackets; anything else that begins with "<" is text. */
const TAG = /^<(\/?)([A-Za-z][\w.]*)(?:\s[^<>]*)?\/?>$/
/** No tag is longer; a "<" without a ">" so near is text. */
const TAG_LENGTH = 200

/**
 * Start tags, end tags and text of OFX, whether leaf tags are closed or not. Comments and processing instructions are passed
 * over, CDATA is text. Names come in capitals.
 */
export class SgmlFeeder {
  readonly #take: SgmlTaker
  readonly #file: string
  readonly #limit: number
  readonly #lineEnd: string
  #waiting = ''
  #line = 1
  /** The next line end in the text being run through; -1 where there is none. */
  #break = -1
  /** The start tag whose text is being read. */
  #name = ''
  #nameLine = 0
  #text = ''

  constructor(take: SgmlTaker, file: string, probe: string, limit = DEFAULT_LIMITS.rowLength) {
    this.#take = take
    this.#file = file
    this.#limit = limit
    this.#lineEnd = lineEndOf(probe)
  }

  push(piece: string): void {
    this.#run(this.#waiting === '' ? piece : this.#waiting + piece, false)
    if (this.#waiting.length > this.#limit) throw rowTooLong(this.#file, this.#line, this.#limit)
  }

  end(): void {
    this.#run(this.#waiting, true)
    // A leaf that the end of the file cuts is not a leaf: half an amount is not an amount.
    this.#name = ''
    this.#text = ''
  }

  #run(text: string, last: boolean): void {
    let from = 0
    this.#break = text.indexOf(this.#lineEnd)
    for (;;) {
      const start = text.indexOf('<', from)
      if (start < 0) {
        this.#add(text, from, text.length)
        this.#waiting = ''
        return
      }
      this.#add(text, from, start)
      const end = this.#tokenEnd(text, start, last)
      if (end < 0) {
        this.#waiting = text.slice(start)
        return
      }
      this.#token(text, start, end)
      from = end
    }
  }

  /** Where the token that begins with "<" ends; the position behind "<" where it is text; -1: wait for more. */
  #tokenEnd(text: string, start: number, last: boolean): number {
    if (text.length - start < 9 && !last && !text.includes('>', start)) return -1
    for (const [opening, closing] of SPANS)
      if (text.startsWith(opening, start)) {
        const end = text.indexOf(closing, start + opening.length)
        return end >= 0 ? end + closing.length : last ? text.length : -1
      }
    const next = text.charCodeAt(start + 1)
    if (!(next === 47 || ((next | 32) >= 97 && (next | 32) <= 122))) return Number.isNaN(next) && !last ? -1 : start + 1
    const to = Math.min(text.length, start + TAG_LENGTH)
    for (let at = start + 1; at < to; at++) {
      const code = text.charCodeAt(at)
      if (code === 62) return at + 1
      if (code === 60) return start + 1
    }
    return to < text.length || last ? start + 1 : -1
  }

  #token(text: string, start: number, end: number): void {
    const line = this.#line
    if (text.startsWith('<![CDATA[', start)) {
      const closed = text.startsWith(']]>', end - 3)
      this.#countLines(text, end)
      // Inside CDATA nothing is escaped.
      if (this.#name !== '') this.#text += text.slice(start + 9, closed ? end - 3 : end).replaceAll('&', '&amp;')
      return
    }
    this.#countLines(text, end)
    if (text.startsWith('<?', start) || text.startsWith('<!--', start)) return
    const tag = TAG.exec(text.slice(start, end))
    if (!tag) {
      if (this.#name !== '') this.#append(text.slice(start, end))
      return
    }
    this.#flush()
    const name = (tag[2] ?? '').toUpperCase()
    if (tag[1] === '/') this.#take.close(name)
    else {
      this.#name = name
      this.#nameLine = line
    }
  }

  #add(text: string, from: number, to: number): void {
    if (to === from) return
    this.#countLines(text, to)
    if (this.#name !== '') this.#append(text.slice(from, to))
  }

  #append(text: string): void {
    this.#text += text
    if (this.#text.length > this.#limit) throw rowTooLong(this.#file, this.#nameLine, this.#limit)
  }

  /** The next tag has come: what stood between is the value of the tag before. */
  #flush(): void {
    if (this.#name === '') return
    const value = this.#text.trim()
    if (value === '') this.#take.open(this.#name, this.#nameLine)
    else this.#take.leaf(this.#name, value, this.#nameLine)
    this.#name = ''
    this.#text = ''
  }

  #countLines(text: string, to: number): void {
    while (this.#break >= 0 && this.#break < to) {
      this.#line++
      this.#break = text.indexOf(this.#lineEnd, this.#break + 1)
    }
  }
}

const SPANS: readonly (readonly [string, string])[] = [
  ['<![CDATA[', ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
]

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** `&amp;` and its like, also escaped twice; a bare `&` is what it is. */
export function unescaped(text: string): string {
  if (!text.includes('&')) return text
  const once = (value: string) =>
    value.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal, hex, name) => {
      if (name) return NAMED[String(name).toLowerCase()] ?? whole
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole
    })
  return once(once(text)).trim()
}
