/** Chance for the n-th payer, from one seed: the same whatever the order in which payers come. */
export type Random = (index: number) => () => number

/** Mulberry32, begun anew for each payer. */
export const makeRandom =
  (seed: number): Random =>
  index => {
    let state = Math.imul(seed ^ 0x9e3779b9, index + 1) >>> 0
    return () => {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    }
  }
