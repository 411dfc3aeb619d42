/** One kind of statement for the bench, made from nothing but its number of records. */
export type ParseCase = {
  readonly name: string
  /** Of the file, in the words of iconv-lite. */
  readonly encoding: 'utf8' | 'gb18030'
  /** What its records per second are called, and what they have to reach on one core. */
  readonly unit: 'records' | 'entries'
  readonly target: number | null
  /** Records the product reads from a file of that many units. */
  readonly records: (units: number) => number
  readonly verdict: string
  readonly text: (units: number) => Generator<string>
  /** The file is a zip of these besides `text`, which is called `sheet`. */
  readonly workbook?: { readonly sheet: string; readonly parts: readonly WorkbookPart[] }
  /** Its own number of units, whatever size is asked for. */
  readonly units?: number
}

type WorkbookPart = { readonly name: string; readonly text: (units: number) => Generator<string> }

export const clock = (i: number): string => `2026-11-20 ${new Date((i % 86_400) * 1000).toISOString().slice(11, 19)}`
export const fen = (i: number): number => 100 + ((i * 7919) % 100_000)
export const pad = (i: number, width: number): string => String(i).padStart(width, '0')
export const money = (minor: bigint | number, point = '.'): string => {
  const digits = String(minor).padStart(3, '0')
  return `${digits.slice(0, -2)}${point}${digits.slice(-2)}`
}

/** What most cases have in common. */
export const delimited = { unit: 'records', target: 300_000, records: (n: number) => n, verdict: 'ready' } as const
