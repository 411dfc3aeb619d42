import { Failure } from '../kernel/failure.ts'
import { type XmlTag, XmlTokens } from '../system/xml_tokens.ts'
import { DEFAULT_LIMITS } from './container.ts'
import { UNDECODABLE } from './encoding.ts'

/** A noncharacter that XML allows, unlike the one that marks undecodable bytes in decoded text. */
export const UNDECODABLE_IN_XML = '\ufdd0'

/** Bank messages are about 15 deep; a file that is deeper was made to hurt. */
const DEPTH_MAX = 200
/** Pieces are cut so that what is held back can be measured. */
const PIECE = 1 << 16

export type XmlTaker = {
  readonly open: (tag: XmlTag) => void
  /** A part of `source`, which is cut only where it is needed. */
  readonly text: (source: string, from: number, to: number) => void
  readonly close: () => void
  /** Not well-formed, or cut off: nothing more will come. */
  readonly broken: (reason: string, line: number) => void
}

/**
 * Streaming XML with nothing that can hurt: no document type, no entities but the five, bounded depth and bounded text.
 * Nothing is known about namespaces: elements are told apart by local name.
 */
export class XmlFeeder {
  readonly #tokens: XmlTokens
  readonly #file: string
  readonly #limit: number
  #depth = 0
  /** Characters given since anything was last told: what is held in memory. */
  #silent = 0
  #damaged = false

  constructor(take: XmlTaker, file: string, limit = DEFAULT_LIMITS.rowLength) {
    this.#file = file
    this.#limit = limit
    this.#tokens = new XmlTokens({
      open: tag => {
        this.#silent = 0
        if (++this.#depth > DEPTH_MAX) throw this.#tooDeep()
        take.open(tag)
      },
      text: take.text,
      close: () => {
        this.#silent = 0
        this.#depth--
        take.close()
      },
      doctype: () => {
        throw doctypeRefused(file)
      },
      broken: reason => take.broken(reason, this.line),
    })
  }

  /** The line of what is being told. */
  get line(): number {
    return this.#tokens.line
  }

  /** Bytes that could not be decoded were met anywhere: only then is it worth looking where. */
  get damaged(): boolean {
    return this.#damaged
  }

  push(piece: string): void {
    const text = piece.includes(UNDECODABLE) ? piece.replaceAll(UNDECODABLE, UNDECODABLE_IN_XML) : piece
    this.#damaged ||= text.includes(UNDECODABLE_IN_XML)
    for (let from = 0; from < text.length; from += PIECE) {
      const part = text.length <= PIECE ? text : text.slice(from, from + PIECE)
      this.#silent += part.length
      this.#tokens.write(part)
      if (this.#silent > this.#limit + PIECE) throw this.#tooLong()
    }
  }

  end(): void {
    this.#tokens.end()
  }

  #tooDeep(): Failure {
    const line = this.line
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
    const line = this.line
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
