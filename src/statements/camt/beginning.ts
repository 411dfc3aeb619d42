/** The one currency that the accounts and amounts at the beginning of the file are in. */
export function onlyCurrency(text: string): string | null {
  const found = new Set([...text.matchAll(/\bCcy(?:="|>\s*)([A-Z]{3})\b/g)].map(match => match[1]))
  const [only, ...others] = found
  return only !== undefined && others.length === 0 ? only : null
}

/** Days of FrToDt over all statements of the file; midnight at the end belongs to the day before. */
export function periodOf(text: string): { from: string; to: string } | null {
  const range =
    /<(?:[\w.-]+:)?FrToDt>\s*<(?:[\w.-]+:)?FrDtTm>\s*(\d{4}-\d{2}-\d{2})T[^<]*<[^>]*>\s*<(?:[\w.-]+:)?ToDtTm>\s*(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/g
  const days: string[] = []
  try {
    for (const [, from = '', to = '', time = ''] of text.matchAll(range)) {
      const first = Temporal.PlainDate.from(from)
      const end = Temporal.PlainDate.from(to)
      const midnight = time === '00:00:00' && Temporal.PlainDate.compare(end, first) > 0
      days.push(first.toString(), (midnight ? end.subtract({ days: 1 }) : end).toString())
    }
  } catch {
    return null
  }
  days.sort()
  const [from, to] = [days[0], days[days.length - 1]]
  return from === undefined || to === undefined ? null : { from, to }
}
