/**
 * Cuts a decoded XML 1.0 document into tags and texts, piece by piece, and refuses what is not well-formed. It knows the five
 * entities and references to characters and nothing else: a document type is told and never read. Names are held to XML 1.0,
 * fifth edition; namespaces are not looked at. Why it is our own: docs/decisions/0018-xml.md.
 */
import { kept } from '../kernel/kept.ts'

export type XmlTag = {
  /** As written, "ns:Cell". */
  readonly name: string
  /** Without prefix, "Cell". */
  readonly local: string
  readonly attributes: ReadonlyMap<string, string>
  /** `<a/>`: its end follows at once. */
  readonly empty: boolean
}

export type XmlEvents = {
  readonly open: (tag: XmlTag) => void
  /**
   * Text or CDATA from `from` to `to` in `source`, with references resolved and line ends as "\n"; an element's text may come in
   * several. Half of a document is blanks between tags, so the taker cuts only what it needs.
   */
  readonly text: (source: string, from: number, to: number) => void
  readonly close: (tag: XmlTag) => void
  /** A document type: must throw. */
  readonly doctype: () => never
  /** Not well-formed, or cut off: nothing more will come. */
  readonly broken: (reason: string) => void
}

/** A tag that is remembered by what is written between "<" and ">", and the one that came after it when it last came. */
type KnownTag = XmlTag & { readonly written: string; next: KnownTag | null }

/** A bank message has some hundred tags. Longer ones, more, and what has digits and is another one each time are read anew. */
const TAGS_KEPT = 512
const TAG_LENGTH_KEPT = 100
const DIGIT = /\d/

/** Characters joined to what is left of the part before: longer strings are made in the old heap, and stay until all of it is collected. */
const PART = 1 << 14

const NAME_START =
  ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}'
const NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`
const TAG_NAME = new RegExp(NAME, 'uy')
const ATTRIBUTE = new RegExp(`[ \\t\\n]+(${NAME})[ \\t\\n]*=[ \\t\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'uy')
/** What nearly all attributes are, in a form that is matched faster. */
const PLAIN_ATTRIBUTE = / ([A-Za-z_:][\w.:-]*)="([^"<&\t\n]*)"/y
const TAG_END = /[ \t\n]*\/?$/y
const INSTRUCTION = new RegExp(`^${NAME}(?:[ \\t\\n]|$)`, 'u')
const DECLARATION =
  /^xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])1\.[0-9]+\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])[A-Za-z][\w.-]*\2)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\3)?[ \t\n]*$/
const BLANK = /^[ \t\n]*$/
/** Seldom found, so the exact look comes after it. */
const SUSPECT = /[^\t\n\r -\ud7ff\ue000-\ufffd]/
const FORBIDDEN = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const REFERENCE = /&(?:(lt|gt|amp|apos|quot)|#([0-9]+)|#x([0-9a-fA-F]+));|&/g
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' }
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()
const AFTER_BANG = ['<!--', '<![CDATA[', '<!DOCTYPE'] as const

/** What is thrown inside and told as `broken`. */
class NotWellFormed extends Error {}

export class XmlTokens {
  readonly #take: XmlEvents
  readonly #known = new Map<string, KnownTag>()
  #last: KnownTag | null = null
  readonly #open: XmlTag[] = []
  /** The document from the first token that is not whole yet. */
  #text = ''
  /** Without this the token at its beginning does not end: a long one is not searched again for each piece. */
  #awaited: '<' | '>' = '<'
  /** Where the token being read begins in it. */
  #at = 0
  /** Half of a line end or of a character, which waits for the other half. */
  #half = ''
  #lines = 1
  #counted = 0
  /** Nothing was read yet, so an XML declaration may come. */
  #untouched = true
  #rooted = false
  #stopped = false

  constructor(take: XmlEvents) {
    this.#take = take
  }

  /** The line of the token being read, from 1. */
  get line(): number {
    for (;;) {
      const feed = this.#text.indexOf('\n', this.#counted)
      if (feed < 0 || feed >= this.#at) break
      this.#lines++
      this.#counted = feed + 1
    }
    return this.#lines
  }

  write(piece: string): void {
    this.#guarded(() => {
      for (let from = 0; from < piece.length; from += PART) this.#part(piece.slice(from, from + PART))
    })
  }

  end(): void {
    this.#guarded(() => {
      this.#read(this.#half)
      this.#at = this.#text.length
      const [unclosed] = this.#open.slice(-1)
      if (unclosed) throw new NotWellFormed(`<${unclosed.name}> is not closed`)
      if (!BLANK.test(this.#text)) throw new NotWellFormed('the end is cut off')
      if (!this.#rooted) throw new NotWellFormed('there is no element')
    })
  }

  #guarded(step: () => void): void {
    if (this.#stopped) return
    try {
      step()
    } catch (error) {
      this.#stopped = true
      if (!(error instanceof NotWellFormed)) throw error
      this.#take.broken(error.message)
    }
  }

  #part(part: string): void {
    const last = part.charCodeAt(part.length - 1)
    const cut = last === 0x0d || (last >= 0xd800 && last < 0xdc00) ? part.length - 1 : part.length
    const fresh = this.#half + part.slice(0, cut)
    this.#half = part.slice(cut)
    this.#read(fresh)
  }

  #read(fresh: string): void {
    const unix = fresh.includes('\r') ? fresh.replace(/\r\n?/g, '\n') : fresh
    const forbidden = SUSPECT.test(unix) ? unix.search(FORBIDDEN) : -1
    const sound = forbidden < 0 ? unix : unix.slice(0, forbidden)
    const waiting = this.#text !== '' && !sound.includes(this.#awaited)
    this.#text += sound
    if (waiting && forbidden < 0) return
    if (this.#untouched && this.#text.startsWith('\ufeff')) this.#text = this.#text.slice(1)
    this.#scan()
    if (forbidden < 0) return
    this.#at = this.#text.length
    const code = unix.codePointAt(forbidden)?.toString(16).toUpperCase().padStart(4, '0')
    throw new NotWellFormed(`the character U+${code} is not allowed`)
  }

  #scan(): void {
    const text = this.#text
    const plain = !text.includes('&') && !text.includes(']]>')
    for (;;) {
      const markup = text.indexOf('<', this.#at)
      this.#awaited = markup < 0 ? '<' : '>'
      if (markup < 0) break
      if (markup > this.#at) this.#characters(text, markup, plain)
      this.#at = markup
      const end = this.#markup(text, markup)
      if (end < 0) break
      this.#untouched = false
      this.#at = end
    }
    this.#lines = this.line
    this.#text = text.slice(this.#at)
    this.#at = 0
    this.#counted = 0
  }

  #characters(text: string, to: number, plain: boolean): void {
    const from = this.#at
    this.#untouched = false
    if (this.#open.length > 0 && plain) return this.#take.text(text, from, to)
    const run = text.slice(from, to)
    if (this.#open.length === 0) {
      if (!BLANK.test(run)) throw new NotWellFormed('there is text outside the root element')
      return
    }
    if (run.includes(']]>')) throw new NotWellFormed('"]]>" stands in a text')
    const meant = resolved(run)
    this.#take.text(meant, 0, meant.length)
  }

  /** Where the markup ends; -1 while it is not whole. */
  #markup(text: string, from: number): number {
    const second = text.charCodeAt(from + 1)
    if (second === 0x2f) return this.#closing(text, from)
    if (second === 0x21) return this.#bang(text, from)
    if (second === 0x3f) return this.#instruction(text, from)
    return Number.isNaN(second) ? -1 : this.#opening(text, from)
  }

  #opening(text: string, from: number): number {
    const guess = this.#last?.next
    let tag: XmlTag
    let end: number
    if (
      guess &&
      text.startsWith(guess.written, from + 1) &&
      text.charCodeAt(from + 1 + guess.written.length) === 0x3e
    ) {
      end = from + 1 + guess.written.length
      tag = this.#last = guess
    } else {
      end = tagEnd(text, from + 1)
      if (end < 0) return -1
      tag = this.#tagOf(text.slice(from + 1, end))
    }
    if (this.#open.length === 0) {
      if (this.#rooted) throw new NotWellFormed(`<${tag.name}> is a second root element`)
      this.#rooted = true
    }
    this.#open.push(tag)
    this.#take.open(tag)
    if (tag.empty) {
      this.#open.pop()
      this.#take.close(tag)
    }
    return end + 1
  }

  #tagOf(written: string): XmlTag {
    if (written.length > TAG_LENGTH_KEPT || DIGIT.test(written)) return tagOf(written)
    let known = this.#known.get(written)
    if (!known) {
      if (this.#known.size === TAGS_KEPT) return tagOf(written)
      const copy = kept(written)
      known = { ...tagOf(copy), written: copy, next: null }
      this.#known.set(copy, known)
    }
    if (this.#last) this.#last.next = known
    this.#last = known
    return known
  }

  #closing(text: string, from: number): number {
    const tag = this.#open[this.#open.length - 1]
    let end = tag ? from + 2 + tag.name.length : from
    if (!tag || text.charCodeAt(end) !== 0x3e || !text.startsWith(tag.name, from + 2)) {
      end = text.indexOf('>', from)
      if (end < 0) return -1
      const name = text.slice(from + 2, end).replace(/[ \t\n]+$/, '')
      if (!tag) throw new NotWellFormed(`</${shown(name)}> closes nothing`)
      if (name !== tag.name) throw new NotWellFormed(`</${shown(name)}> stands where <${tag.name}> must be closed`)
    }
    this.#open.pop()
    this.#take.close(tag)
    return end + 1
  }

  #bang(text: string, from: number): number {
    if (text.startsWith('<!--', from)) {
      const end = text.indexOf('--', from + 4)
      if (end < 0 || end + 2 >= text.length) return -1
      if (text.charCodeAt(end + 2) !== 0x3e) throw new NotWellFormed('"--" stands in a comment')
      return end + 3
    }
    if (text.startsWith('<![CDATA[', from)) {
      if (this.#open.length === 0) throw new NotWellFormed('there is text outside the root element')
      const end = text.indexOf(']]>', from + 9)
      if (end < 0) return -1
      this.#take.text(text, from + 9, end)
      return end + 3
    }
    if (text.startsWith('<!DOCTYPE', from)) return this.#take.doctype()
    const begun = text.slice(from, from + 9)
    if (AFTER_BANG.some(whole => whole.startsWith(begun))) return -1
    throw new NotWellFormed(`"${shown(begun)}" is no markup`)
  }

  #instruction(text: string, from: number): number {
    const end = text.indexOf('?>', from + 2)
    if (end < 0) return -1
    const written = text.slice(from + 2, end)
    if (/^xml(?:[ \t\n]|$)/i.test(written)) {
      if (!this.#untouched || !DECLARATION.test(written))
        throw new NotWellFormed('an XML declaration is wrong or does not stand at the beginning')
    } else if (!INSTRUCTION.test(written)) throw new NotWellFormed('a processing instruction has no name')
    return end + 2
  }
}

/** Where the tag that begins before `from` ends: the ">" outside quotes; -1 while it is not there. */
function tagEnd(text: string, from: number): number {
  let quote = 0
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x3c) throw new NotWellFormed('"<" stands in a tag')
    if (quote !== 0) {
      if (c === quote) quote = 0
    } else if (c === 0x3e) return i
    else if (c === 0x22 || c === 0x27) quote = c
  }
  return -1
}

/** The tag written between "<" and ">". */
function tagOf(written: string): XmlTag {
  TAG_NAME.lastIndex = 0
  const name = TAG_NAME.exec(written)?.[0]
  if (name === undefined) throw new NotWellFormed(`"<${shown(written)}" has no name`)
  let at = name.length
  let attributes: Map<string, string> | null = null
  for (;;) {
    PLAIN_ATTRIBUTE.lastIndex = ATTRIBUTE.lastIndex = at
    const plain = PLAIN_ATTRIBUTE.exec(written)
    const found = plain ?? ATTRIBUTE.exec(written)
    if (!found) break
    const [whole, attribute = '', double, single = ''] = found
    at += whole.length
    attributes ??= new Map()
    if (attributes.has(attribute)) throw new NotWellFormed(`<${name}> has ${attribute} twice`)
    const value = double ?? single
    attributes.set(attribute, plain ? value : resolved(value.replace(/[\t\n]/g, ' ')))
  }
  TAG_END.lastIndex = at
  if (!TAG_END.test(written)) throw new NotWellFormed(`the attributes of <${name}> are wrong`)
  return {
    name,
    local: name.slice(name.indexOf(':') + 1),
    attributes: attributes ?? NO_ATTRIBUTES,
    empty: written.endsWith('/') && at < written.length,
  }
}

function resolved(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(REFERENCE, (written, name?: string, decimal?: string, hexadecimal?: string) => {
    if (name !== undefined) return ENTITIES[name] as string
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16)
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\0'
    if (Number.isNaN(code) || FORBIDDEN.test(character))
      throw new NotWellFormed(written === '&' ? 'an entity is not known' : `${shown(written)} is no character`)
    return character
  })
}

const shown = (text: string): string => text.slice(0, 40)
