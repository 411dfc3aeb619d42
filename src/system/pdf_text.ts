import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fontkit from 'fontkit'

/** Text in PDFs: one font with all Chinese characters, of which a document holds the few glyphs that it uses. */

export const TEXT_INK = '#1f2937'

export type TextStyle = {
  readonly size: number
  readonly width: number
  readonly align?: 'left' | 'center' | 'right'
  readonly color?: string
}

/** Characters the font does not have are shown by this sign, as printers do. */
const MISSING = '〓'

let loaded: { readonly bytes: Buffer; readonly has: (codePoint: number) => boolean } | undefined

/** Read when the first document is drawn: most processes never need its 10 MB. */
function regular() {
  if (!loaded) {
    const path = fileURLToPath(
      import.meta.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
    )
    const bytes = readFileSync(path)
    const font = fontkit.create(bytes) as fontkit.Font
    loaded = { bytes, has: codePoint => font.hasGlyphForCodePoint(codePoint) }
  }
  return loaded
}

/** Before the first `writeLine` of a document. */
export const useFont = (paper: PDFKit.PDFDocument): void => void paper.registerFont('text', regular().bytes)

/** One line; what is too long for it is written smaller, down to half the size, and then cut with "…". */
export function writeLine(
  document: PDFKit.PDFDocument,
  text: string,
  x: number,
  y: number,
  { size, width, align = 'left', color = TEXT_INK }: TextStyle,
): void {
  const paper = document.font('text')
  let shown = printable(text)
  let fitting = size
  while (fitting > size / 2 && paper.fontSize(fitting).widthOfString(shown) > width) fitting -= 0.25
  paper.fontSize(fitting)
  if (paper.widthOfString(shown) > width) {
    const characters = [...shown]
    while (characters.length > 1 && paper.widthOfString(`${characters.join('')}…`) > width) characters.pop()
    shown = `${characters.join('')}…`
  }
  const free = width - paper.widthOfString(shown)
  const left = align === 'right' ? free : align === 'center' ? free / 2 : 0
  paper.fillColor(color).text(shown, x + left, y + (size - fitting) * 0.7, { lineBreak: false })
}

function printable(text: string): string {
  const { has } = regular()
  let shown = ''
  for (const character of text.normalize('NFC').replace(/[\p{Cc}\p{Cf}]/gu, ' '))
    shown += has(character.codePointAt(0) as number) ? character : MISSING
  return shown
}
