import { readings } from './decode.ts'
import { type Family, FREE_TEXT, type Mark, STRICT } from './signs.ts'

/** Where a text stood. `free_text`: the schema does not limit what may be written there. */
export type Place = 'path' | 'query' | 'header' | 'identifier' | 'key' | 'free_text'

export type Sign = {
  readonly family: Family
  /** false: counts only when it comes again. */
  readonly certain: boolean
  readonly place: Place
  /** Name of the field, header or parameter; '' for a path. */
  readonly field: string
  readonly text: string
}

/** What identifiers, amounts and times are made of. Random ids end in "--" now and then. */
const PLAIN = /^[\w.:,@+~-]*$/
/** Letters, digits and the punctuation of names, in any script: nothing that could break out of anything. */
const HARMLESS = /^[\w\s.,:@+\-\u00a0-\u2027\u202a-\u5609\u560b\u560c\u560e-\uffff]*$/
const NOT_QUITE = /--|\.\.|\b(?:or|and|union|select|order|having|javascript)\b|[\r\n]/i
const PATH_HARMLESS = /^(?:\/(?!\.)[\w.:~@=+,-]*)*\/?$/
const PATH_NOT_QUITE =
  /\.(?:php|asp|jsp|cgi)|\/(?:wp-|phpmyadmin|cgi-bin|adminer|xmlrpc|actuator|solr|jenkins|manager|struts|owa|vendor|HNAP1|boaform|phpinfo)/i

/**
 * Whether a text is a probe: an attempt at injection, traversal or script. null for all that people write. Pure; some hundred nanoseconds
 * for an ordinary text.
 */
export function probeIn(text: string, place: Place, field = ''): Sign | null {
  if (place === 'path') {
    if (PATH_HARMLESS.test(text) && !PATH_NOT_QUITE.test(text)) return null
  } else if (PLAIN.test(text) || (HARMLESS.test(text) && !NOT_QUITE.test(text))) return null
  const marks = place === 'free_text' ? FREE_TEXT : place === 'header' ? IN_HEADERS : STRICT
  for (const reading of readings(text)) {
    const mark = marks.find(({ pattern }) => pattern.test(reading))
    if (mark) return { family: mark.family, certain: mark.certain, place, field, text }
  }
  return null
}

/**
 * Browsers send parentheses, semicolons, quotes and addresses in headers: only families that cannot be taken for those.
 */
const IN_HEADERS: readonly Mark[] = [
  ...FREE_TEXT,
  ...STRICT.filter(({ family }) =>
    ['sql_union', 'sql_time', 'sql_error', 'traversal', 'null_byte', 'xxe', 'log4j', 'crlf'].includes(family),
  ),
]
