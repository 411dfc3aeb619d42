/** A seed that broke something, 12 payments a day, and the day after which it showed. */
export type Found = { readonly seed: number; readonly days: number; readonly what: string }

/**
 * What the simulator has found, played again by `npm run simulate -- --found` (docs/continuity.md tells of each, and which small test stands for it). A change of the simulator
 * changes what a seed plays: the days stay what they were when it was found.
 */
export const FOUND: readonly Found[] = [
  { seed: 11, days: 18, what: 'the entry that corrects a closed day was counted as a line of a statement' },
  { seed: 12, days: 16, what: 'what a channel lists a day late was not taken away by the corrected statement' },
  { seed: 1, days: 28, what: 'a row of the day before that a person had decided on was left without a place' },
  { seed: 2, days: 33, what: 'a corrected statement without a row of its own day was expected to be taken' },
  {
    seed: 20,
    days: 22,
    what: 'a row of a closed day whose explanation was taken away, and a line before its statement',
  },
  { seed: 9, days: 24, what: 'a statement that the channel would not hand over was counted as stated' },
  { seed: 2, days: 66, what: 'a statement that was booked by one who died right after was called missing' },
  { seed: 15, days: 48, what: 'an import whose connection was lost as its COPY began waited for ever' },
  { seed: 17, days: 57, what: 'the same' },
  {
    seed: 18,
    days: 82,
    what: 'entries that correct a closed day stood for the statement of the open one, which had not come',
  },
]
