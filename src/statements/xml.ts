import { type SaxesAttributePlain, SaxesParser } from 'saxes'
import { Failure } from '../kernel/failure.ts'
import { DEFAULT_LIMITS } from './container.ts'
import { UNDECODABLE } from './encoding.ts'

/** A noncharacter that XML allows, unlike the one that marks undecodable bytes in decoded text. */
export const UNDECODABLE_IN_XML = '\ufdd0'

/** Bank messages are about 15 deep; a file that is deeper was made to hurt. */
const DEPTH_MAX = 200
/** Pieces are cut so that what the parser holds back can be measured. */
const PIECE = 1 << 16

export type XmlTaker = {
  /** Local name, without prefix. */
  readonly open: (name: string, line: number) => void
  readonly attribute: (name: string, value: string) => void
  readonly text: (text: string) => void
  readonly close: () => void
  /** Not well-formed, or cut off: nothing more will come. */
  readonly broken: (reason: string, line: number) => void
}

/**
 * Streaming XML with nothing that can hurt: no document type, no entities but the five, bounded depth and bounded text.
 * The parser knows nothing about namespaces: elements are told apart by local name.
 */
export class XmlFeeder {
  readonly #parser: SaxesParser<{ position: false }>
  readonly #file: string
  readonly #limit: number
  #depth = 0
  #stopped = false
  /** Characters given to the parser since it last told anything: what it holds in memory. */
  #silent = 0

  constructor(take: XmlTaker, file: string, limit = DEFAULT_LIMITS.rowLength) {
    this.#file = file
    this.#limit = limit
    const parser = new SaxesParser({ position: false })
    this.#parser = parser
    parser.on('error', error => {
      if (this.#stopped) return
      this.#stopped = true
      take.broken(error.message, parser.line)
    })
    parser.on('doctype', () => {
      throw doctypeRefused(file)
    })
    parser.on('opentagstart', tag => {
      this.#silent = 0
      if (this.#stopped) return
      if (++this.#depth > DEPTH_MAX) throw this.#tooDeep()
      const colon = tag.name.indexOf(':')
      take.open(colon < 0 ? tag.name : tag.name.slice(colon + 1), parser.line)
    })
    parser.on('attribute', (attribute: SaxesAttributePlain) => {
      if (!this.#stopped) take.attribute(attribute.name, attribute.value)
    })
    parser.on('text', text => {
      if (!this.#stopped) take.text(text)
    })
    parser.on('cdata', text => {
      if (!this.#stopped) take.text(text)
    })
    parser.on('closetag', () => {
      this.#silent = 0
      if (this.#stopped) return
      this.#depth--
      take.close()
    })
  }

  push(piece: string): void {
    const text = piece.includes(UNDECODABLE) ? piece.replaceAll(UNDECODABLE, UNDECODABLE_IN_XML) : piece
    for (let from = 0; from < text.length && !this.#stopped; from += PIECE) {
      const part = text.length <= PIECE ? text : text.slice(from, from + PIECE)
      this.#silent += part.length
      this.#parser.write(part)
      if (this.#silent > this.#limit + PIECE) throw this.#tooLong()
    }
  }

  end(): void {
    if (!this.#stopped) this.#parser.close()
  }

  #tooDeep(): Failure {
    const line = this.#parser.line
    return new Failure(
      'xml_too_deep',
      {
        zh: `文件“${this.#file}”第 ${line} 行的 XML 嵌套超过 ${DEPTH_MAX} 层，不是银行报文：请检查文件来源`,
        en: `file "${this.#file}", line ${line}: XML nested deeper than ${DEPTH_MAX} levels is no bank message; check where the file comes from`,
      },
      { file: this.#file, line },
    )
  }

  #tooLong(): Failure {
    const line = this.#parser.line
    return new Failure(
      'row_too_long',
      {
        zh: `文件“${this.#file}”第 ${line} 行附近的一段 XML 内容超过 ${this.#limit} 个字符：请检查该处`,
        en: `file "${this.#file}": near line ${line} a piece of XML content is longer than ${this.#limit} characters; look at that place`,
      },
      { file: this.#file, line },
    )
  }
}

export const doctypeRefused = (file: string): Failure =>
  new Failure(
    'xml_doctype',
    {
      zh: `文件“${file}”带有 DOCTYPE 或实体声明，出于安全不予读取：银行报文不会有，请检查文件来源，或删去该声明后再试`,
      en: `file "${file}" declares a DOCTYPE or entities, which is refused for safety: bank messages have none; check where the file comes from`,
    },
    { file },
  )

/**
 * Paths of interest as a tree of element names. What the tree does not know is passed over, so new elements of later
 * versions and banks' own additions disturb nothing.
 */
export class PathNode<State> {
  readonly children = new Map<string, PathNode<State>>()
  enter: ((state: State, line: number) => void) | null = null
  /** The text of the element, without blanks around it, and its currency attribute ("" where there is none). */
  leaf: ((state: State, text: string, currency: string) => void) | null = null
  exit: ((state: State) => void) | null = null

  /** The node at "A/B|C/D", made where it is not there yet: every alternative leads to nodes of its own. */
  at(path: string): PathNode<State>[] {
    let nodes: PathNode<State>[] = [this]
    for (const step of path.split('/'))
      nodes = nodes.flatMap(node =>
        step.split('|').map(name => {
          const child = node.children.get(name) ?? new PathNode<State>()
          node.children.set(name, child)
          return child
        }),
      )
    return nodes
  }

  onText(path: string, leaf: (state: State, text: string, currency: string) => void): this {
    for (const node of this.at(path)) node.leaf = leaf
    return this
  }

  onElement(
    path: string,
    enter: (state: State, line: number) => void,
    exit: ((state: State) => void) | null = null,
  ): this {
    for (const node of this.at(path)) {
      node.enter = enter
      node.exit = exit
    }
    return this
  }
}
