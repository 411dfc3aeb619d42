/** Which items are listed: all of it stands in the address, so that reload, back and sharing work. Pure. */

export const TABS = ['open', 'matched', 'waiting', 'discrepancy', 'in_transit', 'confirmed', 'reconciled'] as const
export type Tab = (typeof TABS)[number]

export const FIELDS = ['channel', 'account', 'from', 'to', 'merchant_no', 'least', 'most', 'number'] as const
export type Field = (typeof FIELDS)[number]
export type Filters = Readonly<Partial<Record<Field, string>>> & { readonly state: Tab }

type Query = Readonly<Partial<Record<Field | 'state', string>>>

export const isAmount = (text: string): boolean => /^\d{1,13}(\.\d{1,2})?$/.test(text)
/** Fewer signs would find half the book: the platform refuses them. */
export const NUMBER_LEAST = 4

const isTab = (text: string | null): text is Tab => (TABS as readonly string[]).includes(text ?? '')

/** What the address says; what it says wrongly is as if it were not there. */
export function filtersOf(params: URLSearchParams): Filters {
  const state = params.get('state')
  const given = FIELDS.flatMap(field => {
    const text = params.get(field)?.trim() ?? ''
    if (text === '') return []
    if ((field === 'least' || field === 'most') && !isAmount(text)) return []
    if ((field === 'from' || field === 'to') && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return []
    if (field === 'number' && (text.length < NUMBER_LEAST || text.length > 64)) return []
    return [[field, text] as const]
  })
  return { ...Object.fromEntries(given), state: isTab(state) ? state : 'open' }
}

/** The address that says it; the first tab needs no word. */
export function addressOfFilters({ state, ...fields }: Filters): URLSearchParams {
  const given = Object.entries(fields).filter(([, text]) => text !== undefined && text !== '') as [string, string][]
  return new URLSearchParams([...(state === 'open' ? [] : [['state', state]]), ...given])
}

/** A number is found wherever it is, whatever else was chosen. */
export const queryOf = ({ number, ...filters }: Filters): Query => (number === undefined ? filters : { number })

/** Of the totals by day: those that narrow them. */
export const totalsQueryOf = ({ channel, account, from, to, merchant_no }: Filters): Query => ({
  ...{ channel, account, from, to, merchant_no },
})

export const sameFilters = (a: Filters, b: Filters): boolean =>
  addressOfFilters(a).toString() === addressOfFilters(b).toString()

/** How many of the fields are set: what the phone's filter button says. */
export const countOf = (filters: Filters): number => FIELDS.filter(field => filters[field] !== undefined).length
