/**
 * What a text may mean to whoever reads it next: percent signs, escapes and entities taken off, comments of SQL taken out. Pure.
 */

/** Longer texts are looked at from both ends: what breaks out stands at the beginning, what closes it at the end. */
const HEAD = 6_000
const TAIL = 2_000
/** A payload is wrapped twice at most by those who try; once more to be sure. */
const ROUNDS = 3

const WRAPPED = /%[0-9a-f]{2}|%u[0-9a-f]{4}|\\[ux][0-9a-f{]|&(?:#|[a-z]{2,8};)/i
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  sol: '/',
  colon: ':',
  lpar: '(',
  rpar: ')',
  newline: '\n',
  tab: '\t',
  nbsp: ' ',
}

/** The text itself first, then each thing it turns into. Mostly just the one. */
export function readings(text: string): string[] {
  const whole = text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)} ${text.slice(-TAIL)}`
  const found = [whole]
  let current = whole
  for (let round = 0; round < ROUNDS && WRAPPED.test(current); round++) {
    const next = unwrap(current)
    if (next === current) break
    found.push(next)
    current = next
  }
  if (current.includes('/*')) {
    const opened = current.replaceAll(/\/\*!\d{0,5}([^*]{0,400})\*\//g, ' $1 ')
    found.push(opened.replaceAll(/\/\*[^*]{0,400}\*\//g, ' '), opened.replaceAll(/\/\*[^*]{0,400}\*\//g, ''))
  }
  return found
}

const unwrap = (text: string): string =>
  text
    .replaceAll(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/[\u2215\u2044\uff0f]/g, '/')
    // The overlong forms of "." and "/" that lax decoders take.
    .replaceAll(/%c0%(?:ae|2e)/gi, '.')
    .replaceAll(/%c0%(?:af|2f)|%c1%9c/gi, '/')
    .replaceAll(/(?:%[0-9a-f]{2})+/gi, percent)
    .replaceAll(/\\u\{([0-9a-f]{1,6})\}/gi, (all, hex: string) => character(Number.parseInt(hex, 16), all))
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/&#x0*([0-9a-f]{1,6});?/gi, (all, hex: string) => character(Number.parseInt(hex, 16), all))
    .replaceAll(/&#0*([0-9]{1,7});?/g, (all, digits: string) => character(Number(digits), all))
    .replaceAll(/&([a-z]{2,8});/gi, (all, name: string) => ENTITIES[name.toLowerCase()] ?? all)

const character = (code: number, otherwise: string): string =>
  code <= 0x10ffff ? String.fromCodePoint(code) : otherwise

/** A run of percent signs as UTF-8; what is none is read byte by byte. */
function percent(run: string): string {
  try {
    return decodeURIComponent(run)
  } catch {
    return run.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
}
