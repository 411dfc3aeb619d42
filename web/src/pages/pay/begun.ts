/** Payments begun in this browser that may still be open: whoever closed the page finds them again. */
export type Begun = {
  readonly paymentNo: string
  readonly title: string
  readonly amount: string
  readonly currency: string
  readonly at: string
}

/** Longer than a bank transfer may take by default. */
const DAYS = 10

const isBegun = (value: unknown): value is Begun =>
  typeof value === 'object' &&
  value !== null &&
  (['paymentNo', 'title', 'amount', 'currency', 'at'] as const).every(
    name => typeof (value as Record<string, unknown>)[name] === 'string',
  )

/** What was kept, as far as it can be read and is not too old. Pure. */
export function begunOf(kept: string | null, now: number): readonly Begun[] {
  try {
    const read: unknown = JSON.parse(kept ?? '[]')
    if (!Array.isArray(read)) return []
    return read.filter(isBegun).filter(({ at }) => now - Date.parse(at) < DAYS * 86_400_000)
  } catch {
    return []
  }
}
