/**
 * What :86: tells about the other party. Its lines break in the middle of words, so they come joined without a blank; two
 * fields :86: of one entry are divided by a line feed.
 */
export type Information = { account: string; name: string; endToEnd: string }

/** Codes of the bars-and-slashes dialects (Dutch and Belgian banks). A value ends where one of them begins. */
const SLASH_CODE =
  /\/(?:TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|ORDP|BENM|ADDR|ISDT|PREF|RTRN|ULTD|ULTC|ULTB|PURP|SVCL|ACCW|OCMT|CHGS|EXCH|RTYP|TRCD|CREF|KREF|RREF|USTD|STRD|ID)\//g
const SLASH_EREF = '/EREF/'
const SLASH_REMI = '/REMI/'
const SEPA_KEYWORD = /(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP|DDAT|BREF|RREF|TAN1|ANAM)[+:]/g
const GERMAN = /^\s?\d{3}([?<>@|])\d\d/
const IBAN = /^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/
const FREE_ACCOUNT = /(?:REK|IBAN)\s?:\s*([A-Z]{2}\d{2}[A-Z0-9]{8,30}|\d{7,12})/
const FREE_NAME = /(?:NAAM|NAME)\s?:\s*([^\n]+?)(?=\s{2,}|\n|$)/

/** An EndToEndId has at most 35 characters; a subfield of the German dialect carries 27. */
const END_TO_END_MAX = 35
const SUBFIELD_FULL = 27

export const isIban = (text: string): boolean => IBAN.test(text)

export function readInformation(text: string, into: Information): void {
  into.account = ''
  into.name = ''
  into.endToEnd = ''
  if (text === '') return
  const german = GERMAN.exec(text)
  if (german) return readGerman(text, german[1] ?? '?', into)
  if (text.includes('/')) readSlashes(text, into)
  if (into.endToEnd === '' && text.includes('EREF')) into.endToEnd = keywordValue(text)
  if (into.account === '' && text.includes(':')) {
    into.account = FREE_ACCOUNT.exec(text)?.[1] ?? ''
    if (into.name === '' && into.account !== '') into.name = FREE_NAME.exec(text)?.[1]?.trim() ?? ''
  }
}

/** The payer's own words: the remittance subfields of the German dialect, REMI of the slashes, SVWZ of SEPA; else the whole text. */
export function remittanceOf(text: string): string {
  const german = GERMAN.exec(text)
  if (german) return keyworded(germanRemittance(text, german[1] ?? '?'))
  const remitted = text.indexOf(SLASH_REMI)
  if (remitted >= 0) {
    const from = remitted + SLASH_REMI.length
    return slashValue(text, text.startsWith('USTD//', from) ? from + 6 : from)
  }
  return keyworded(text)
}

/** A full subfield goes on in the next one in the middle of a word; a shorter one ends with its word. */
function germanRemittance(text: string, mark: string): string {
  let words = ''
  for (let at = text.indexOf(mark); at >= 0; ) {
    let next = text.indexOf(mark, at + 1)
    while (next >= 0 && !isCode(text, next + 1)) next = text.indexOf(mark, next + 1)
    const value = text.slice(at + 3, next < 0 ? text.length : next)
    if (isCode(text, at + 1) && /[26]/.test(text[at + 1] ?? ''))
      words += value.length < SUBFIELD_FULL ? `${value} ` : value
    at = next
  }
  return words
}

function keyworded(text: string): string {
  const found = /SVWZ[+:]/.exec(text)
  if (!found) return text
  const from = found.index + found[0].length
  SEPA_KEYWORD.lastIndex = from
  return text.slice(from, SEPA_KEYWORD.exec(text)?.index)
}

/** GVC and subfields: ?00 posting text, ?20–?29 and ?60–?63 remittance, ?30 bank, ?31 account, ?32 ?33 name, ?38 IBAN. */
function readGerman(text: string, mark: string, into: Information): void {
  let account = ''
  let iban = ''
  let keyed = ''
  let open = false
  let last = 0
  let at = text.indexOf(mark)
  while (at >= 0) {
    let next = text.indexOf(mark, at + 1)
    while (next >= 0 && !isCode(text, next + 1)) next = text.indexOf(mark, next + 1)
    const end = next < 0 ? text.length : next
    if (isCode(text, at + 1)) {
      const code = (text.charCodeAt(at + 1) - 48) * 10 + text.charCodeAt(at + 2) - 48
      if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63)) {
        const value = text.slice(at + 3, end)
        const begins = /^(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE)[+:]/.test(value)
        const follows = code === last + 1 || (last === 29 && code === 60)
        last = code
        if (open && follows && !begins) keyed += value
        else if (into.endToEnd === '' && value.includes('EREF')) keyed = value
        else if (open) keyed += '\n'
        open = keyed !== '' && !keyed.endsWith('\n') && (end - at - 3 >= SUBFIELD_FULL || /EREF[+:]$/.test(value))
        if (keyed !== '' && !open && into.endToEnd === '') into.endToEnd = keywordValue(keyed)
      } else if (code === 31) account = text.slice(at + 3, end).trim()
      else if (code === 32 || code === 33) into.name += text.slice(at + 3, end)
      else if (code === 38) iban = text.slice(at + 3, end).trim()
    }
    at = next
  }
  if (keyed !== '' && into.endToEnd === '') into.endToEnd = keywordValue(keyed)
  into.name = into.name.trim()
  into.account = iban || account
}

const isCode = (text: string, at: number): boolean => isDigit(text.charCodeAt(at)) && isDigit(text.charCodeAt(at + 1))
const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** The value behind EREF+ up to the next keyword or field. */
function keywordValue(text: string): string {
  const found = /EREF[+:]/.exec(text)
  if (!found) return ''
  const from = found.index + found[0].length
  SEPA_KEYWORD.lastIndex = from
  const end = SEPA_KEYWORD.exec(text)?.index ?? text.length
  return told(text.slice(from, end).split('\n', 1)[0] ?? '')
}

function readSlashes(text: string, into: Information): void {
  const reference = text.indexOf(SLASH_EREF)
  if (reference >= 0) into.endToEnd = told(slashValue(text, reference + SLASH_EREF.length))
  const party = text.indexOf('/CNTP/')
  if (party >= 0) {
    const [account = '', , name = ''] = text.slice(party + 6, party + 6 + 256).split('/')
    into.account = account.trim()
    into.name = name.trim()
    return
  }
  const account = text.indexOf('/IBAN/')
  if (account >= 0) into.account = slashValue(text, account + 6)
  const name = text.indexOf('/NAME/')
  if (name >= 0) into.name = slashValue(text, name + 6)
}

/** References hold slashes of their own: only a known code ends them, or the two slashes before it. */
function slashValue(text: string, from: number): string {
  SLASH_CODE.lastIndex = from === 0 ? 0 : from - 1
  let end = SLASH_CODE.exec(text)?.index ?? text.length
  const fieldEnd = text.indexOf('\n', from)
  if (fieldEnd >= 0 && fieldEnd < end) end = fieldEnd
  while (end > from && text.charCodeAt(end - 1) === 47) end--
  return text.slice(from, Math.max(end, from)).trim()
}

function told(value: string): string {
  const trimmed = value.trim().slice(0, END_TO_END_MAX).trim()
  return trimmed === 'NOTPROVIDED' || trimmed === 'NOT PROVIDED' || trimmed === 'NONREF' ? '' : trimmed
}
