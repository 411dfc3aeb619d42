import stringWidth from 'string-width'

/** Text in terminal columns: a Chinese character takes two. */

export const widthOf = (text: string): number => stringWidth(text)

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/** Cut to a width, with an ellipsis where something was left out. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = widthOf(segment)
    if (used + next > width - 1) break
    kept += segment
    used += next
  }
  return `${kept}…`
}

/** Cut at the front, for names whose end matters: the N of FILE#N. */
export function cutFront(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const kept: string[] = []
  let used = 0
  for (const { segment } of [...graphemes.segment(text)].reverse()) {
    used += widthOf(segment)
    if (used > width - 1) break
    kept.push(segment)
  }
  return `…${kept.reverse().join('')}`
}

const CLOSING = /^[，。；：、！？）」』”’,.;:!?)\]%]/u

/** Break into lines of a width: at blanks where there are any, between Chinese characters otherwise, never before a closing mark. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const word of words(text)) {
    const size = widthOf(word)
    if (used > 0 && used + widthOf(word.trimEnd()) > width && !CLOSING.test(word)) {
      lines.push(line.trimEnd())
      line = ''
      used = 0
    }
    if (used === 0 && word.trim() === '') continue
    line += word
    used += size
  }
  if (line.trimEnd() !== '') lines.push(line.trimEnd())
  return lines
}

/** Pieces that are not broken: a run of Latin letters and digits with its blank, or a single wide character. */
function words(text: string): string[] {
  const found: string[] = []
  let run = ''
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(segment) > 1) {
      if (run) found.push(run)
      run = ''
      found.push(segment)
    } else {
      run += segment
      if (/\s/u.test(segment)) {
        found.push(run)
        run = ''
      }
    }
  }
  if (run) found.push(run)
  return found
}

/** "1,234,567.89" from "1234567.89": thousands separators in the whole part. */
export function grouped(decimal: string): string {
  const [, sign = '', whole = '', rest = ''] = /^([-+]?)(\d+)(.*)$/.exec(decimal) ?? []
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + rest
}

/** Always signed: a difference reads as "+0.10" or "-0.10", and nothing as "0.00". */
export const signed = (decimal: string): string =>
  /^-/.test(decimal) || /^[0.]+$/.test(decimal) ? decimal : `+${decimal}`
