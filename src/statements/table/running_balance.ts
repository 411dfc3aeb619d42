/** A running balance that holds over the first rows, in this order of time. */
export type Balance = 'ascending' | 'descending' | null

/**
 * Each balance is the one before plus what moved (or, newest first, the one after). Nine in ten transitions must hold, and at
 * least one must move something: files have gaps where a page begins.
 */
export function runningBalance(moved: readonly number[], balances: readonly number[]): Balance {
  let [steps, up, down] = [0, 0, 0]
  // A balance that changes where nothing moved: something else moves it.
  let [hiddenUp, hiddenDown] = [false, false]
  let previous = -1
  for (let i = 0; i < moved.length; i++) {
    if (Number.isNaN(balances[i]) || Number.isNaN(moved[i])) continue
    if (previous >= 0) {
      const step = balances[i]! - balances[previous]!
      if (step !== 0 && moved[i] === 0) hiddenUp = true
      if (step !== 0 && moved[previous] === 0) hiddenDown = true
      if (moved[i] !== 0 || moved[previous] !== 0) {
        steps++
        if (step === moved[i]) up++
        if (-step === moved[previous]) down++
      }
    }
    previous = i
  }
  if (steps === 0) return null
  if (up >= down && up >= steps * 0.9 && !hiddenUp) return 'ascending'
  return down >= steps * 0.9 && !hiddenDown ? 'descending' : null
}
