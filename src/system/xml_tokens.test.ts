import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SaxesParser } from 'saxes'
import { type Random, seeded } from '../../testkit/mutate.ts'
import { XmlTokens } from './xml_tokens.ts'

/** What a document tells, one event after the other, texts joined; or "refused". */
type Told = { readonly events: readonly string[]; readonly refused: string | null }

class Doctype extends Error {}

function ours(pieces: readonly string[]): Told & { line: number } {
  const events: string[] = []
  let refused: string | null = null
  const tokens = new XmlTokens({
    open: ({ name, attributes }) => events.push(`<${name}${[...attributes].map(([key, value]) => ` ${key}=${value}`)}`),
    text: (source, from, to) => joined(events, source.slice(from, to)),
    close: ({ name }) => events.push(`/${name}`),
    doctype: () => {
      throw new Doctype()
    },
    broken: reason => {
      refused = reason
    },
  })
  try {
    for (const piece of pieces) tokens.write(piece)
    tokens.end()
  } catch (error) {
    if (!(error instanceof Doctype)) throw error
    refused = 'doctype'
  }
  return { events, refused, line: tokens.line }
}

/** The strict parser of somebody else that ours is held to. */
function theirs(document: string): Told {
  const events: string[] = []
  let refused: string | null = null
  const parser = new SaxesParser({ position: false })
  parser.on('error', error => {
    refused ??= error.message
  })
  parser.on('doctype', () => {
    refused ??= 'doctype'
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (refused === null) events.push(`<${name}${Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`)}`)
  })
  // It tells of blanks outside the root element too.
  parser.on('text', text => refused === null && (events.length > 0 || text.trim() !== '') && joined(events, text))
  parser.on('cdata', text => refused === null && joined(events, text))
  parser.on('closetag', ({ name }) => refused === null && events.push(`/${name}`))
  parser.write(document).close()
  if (events.at(-1)?.startsWith('"')) events.pop()
  return { events, refused }
}

function joined(events: string[], text: string): void {
  if (text === '') return
  if (events.at(-1)?.startsWith('"')) events[events.length - 1] += text
  else events.push(`"${text}`)
}

const whole = (document: string): string => {
  const { events, refused } = ours([document])
  return refused === null ? events.join('|') : 'refused'
}

test('what is told of a document', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['<a/>', '<a|/a'],
    ['\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<a> x </a>\n', '<a|" x |/a'],
    ['<n:a b=\'1\' c = "&lt;&#x4e2d;&#20013;\t\n"\n></n:a >', '<n:a b=1, c=<中中  |/n:a'],
    ['<a>1\r\n2\r3<![CDATA[<&\r\n]]>&amp;&apos;</a>', '<a|"1\n2\n3<&\n&\'|/a'],
    ['<a><!-- <b> - --><?p <b>?><b></b></a><!-- . --><?p?>', '<a|<b|/b|/a'],
    ['<金额 货币="元">１</金额>', '<金额 货币=元|"１|/金额'],
    ['<a>😀&#x1F600;</a>', '<a|"😀😀|/a'],
    ['<a b="/"/>', '<a b=/|/a'],
    ["<a b='>'>></a>", '<a b=>|">|/a'],
    ['<?xml version="1.1"?><a/>', '<a|/a'],
  ]
  for (const [document, told] of cases) assert.equal(whole(document), told, document)
})

test('what is not well-formed is refused', () => {
  const bad = [
    '',
    ' ',
    'a',
    '<a>',
    '<a></b>',
    '</a>',
    '<a><b></a></b>',
    '<a/><b/>',
    '<a/>x',
    'x<a/>',
    ' <?xml version="1.0"?><a/>',
    '<?xml?><a/>',
    '<?xml version="2.0"?><a/>',
    '<?xml encoding="UTF-8" version="1.0"?><a/>',
    '<a><?xml version="1.0"?></a>',
    '<a>&b;</a>',
    '<a>&amp</a>',
    '<a>& </a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>&#99999999999999999999;</a>',
    '<a>]]></a>',
    '<a>\0</a>',
    '<a>\ufffe</a>',
    '<a>\ud83d</a>',
    '<a>\ude00\ud83d</a>',
    '<a\ud83d/>',
    '<a b=1/>',
    '<a b/>',
    '<a b="1"c="2"/>',
    '<a b="1" b="2"/>',
    '<a b="<"/>',
    '<a b="&c;"/>',
    '<a b="1/>',
    '<a / >',
    '<1/>',
    '< a/>',
    '<a <b/></a>',
    '<!-- -- --><a/>',
    '<!-- --->',
    '<a><!-- </a>',
    '<![CDATA[x]]><a/>',
    '<a><![CDATA[x]]</a>',
    '<a><!b></a>',
    '<a/><?1 x?>',
    '<a/><?p x>',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<a><!DOCTYPE a></a>',
    '<a/><',
    '<a></a',
  ]
  for (const document of bad) assert.equal(whole(document), 'refused', JSON.stringify(document))
})

test('the line of what is wrong', () => {
  for (const [document, line] of [
    ['<a>\n<b>\n</c></a>', 3],
    ['<a>\r\n\r\n<b x="1" x="2"/></a>', 3],
    ['<a>\n\n\0</a>', 3],
    ['<a>\n<b>\n', 3],
  ] as const)
    assert.equal(ours([...document]).line, line, document)
})

const PARTS = [
  '<a>',
  '</a>',
  '<b x="1">',
  '</b>',
  '<b x="1" y=\'2\'/>',
  '<a><b></b></a>',
  '<n:c\n>',
  '</n:c\t>',
  'text',
  ' ',
  '\n',
  '\r',
  '\r\n',
  '&amp;',
  '&#10;',
  '&#xd;',
  '&x;',
  '&',
  ';',
  ']]>',
  '<![CDATA[',
  '<![CDATA[ & ]]>',
  '<!-- c -->',
  '<!--',
  '--',
  '<?p d?>',
  '<?',
  '?>',
  '<?xml version="1.0"?>',
  '<!DOCTYPE a>',
  '<',
  '>',
  '/',
  '/>',
  '=',
  '"',
  "'",
  'x="1"',
  ' z="&lt;\t"',
  '\0',
  '\ufeff',
  '\ufffe',
  '😀',
  '\ud83d',
  '元',
  '·',
  ':',
  '-',
  '1',
]
const SOUND =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<n:Doc xmlns:n="urn:x">\n  <Amt Ccy="CNY">1.00</Amt><!-- c -->\n  <Amt Ccy="CNY">2&lt;3</Amt>\n  <E/><E a=\'1\' b="2"></E>\n  <T><![CDATA[<&>]]> tail</T>\n</n:Doc>\n'

/** A sound document with parts put in or taken out, or nothing but parts; the same for the same seed. */
function document(random: Random): string {
  const below = (limit: number): number => Math.floor(random() * limit)
  const part = (): string => PARTS[below(PARTS.length)] ?? ''
  if (below(3) === 0) return `<a>${Array.from({ length: below(9) }, part).join('')}${below(2) === 0 ? '</a>' : ''}`
  let text = SOUND
  for (let changes = 1 + below(2); changes > 0; changes--) {
    const at = below(text.length + 1)
    const taken = below(2) === 0 ? 0 : below(8)
    text = text.slice(0, at) + (below(4) === 0 ? '' : part()) + text.slice(at + taken)
  }
  return text
}

function piecesOf(text: string, random: Random): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(random() * 40)
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return pieces
}

test('damaged documents: the same events as another strict parser, or both refuse, however they are cut into pieces', () => {
  for (let seed = 0; seed < Number(process.env.XML_CASES ?? 8_000); seed++) {
    const random = seeded(seed)
    const text = document(random)
    const mine = ours(piecesOf(text, random))
    // Half a character is none; saxes reads it together with what follows.
    const other = text.isWellFormed() ? theirs(text) : { events: [], refused: 'half a character' }
    const say = `seed ${seed}: ${JSON.stringify(text)}\nours: ${mine.refused}\ntheirs: ${other.refused}`
    assert.equal(mine.refused === null, other.refused === null, say)
    if (mine.refused === null) assert.deepEqual(mine.events, other.events, say)
  }
})
