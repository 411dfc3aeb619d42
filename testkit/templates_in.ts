/** A template literal of a source text: its own words, and what is put between them. */
export type Template = { readonly text: string; readonly holes: readonly string[] }

/** All template literals of a TypeScript source, those within others as well. Comments, strings and regular expressions are passed over. */
export function templatesIn(source: string): Template[] {
  const found: Template[] = []
  const skipped = (from: number): number => {
    const rest = source.slice(from)
    const comment = /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)
    const quoted = comment ?? /^(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/.exec(rest)
    if (quoted) return from + quoted[0].length
    if (rest[0] !== '/' || !/(?:[(,=:[!&|?{};+]|=>|return|^)\s*$/.test(source.slice(Math.max(0, from - 40), from)))
      return from
    const expression = /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.exec(rest)
    return from + (expression?.[0].length ?? 0)
  }
  const template = (from: number): number => {
    let text = ''
    const holes: string[] = []
    let at = from
    while (at < source.length && source[at] !== '`') {
      if (source[at] === '\\') {
        text += source.slice(at, at + 2)
        at += 2
      } else if (source.startsWith('${', at)) {
        const end = code(at + 2, '}')
        holes.push(
          source
            .slice(at + 2, end)
            .replaceAll(/\s+/g, ' ')
            .trim(),
        )
        text += '\u0000'
        at = end + 1
      } else text += source[at++]
    }
    found.push({ text, holes })
    return at + 1
  }
  // Until the closing bracket that `until` names, or the end.
  const code = (from: number, until: string): number => {
    let depth = 0
    let at = from
    while (at < source.length) {
      const next = skipped(at)
      if (next > at) at = next
      else if (source[at] === '`') at = template(at + 1)
      else {
        if (source[at] === '{') depth++
        if (source[at] === '}' && depth-- === 0 && until === '}') return at
        at++
      }
    }
    return at
  }
  code(0, '')
  return found
}
