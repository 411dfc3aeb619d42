/**
 * Which of these amounts add up to the target, exactly? Meet in the middle: both halves' subset sums are built in sorted
 * order by merging (no sort), then met with two pointers, so 40 candidates take 2 × 2^20 sums. The work is bounded by the
 * number of candidates alone, never by the clock: the same rows give the same answer on any machine.
 */
export type SumAnswer =
  | { readonly found: 'none' }
  | { readonly found: 'one'; readonly members: readonly number[] }
  /** Several solutions; `members` are the indexes that may stand in one. */
  | { readonly found: 'several'; readonly members: readonly number[] }
  | { readonly found: 'too_many_candidates' }

/** Up to so many solutions the rows that take part in an ambiguity are told from those that do not. */
const SOLUTIONS_NAMED = 64

type Half = { readonly sums: Float64Array; readonly masks: Uint32Array }

/**
 * @param amounts minor units, negative ones (refunds) allowed; their total must be a safe integer
 * @param target minor units
 * @param minSize smallest number of members of a solution (2: a single equal amount is another pass's business)
 */
export function exactSums(amounts: readonly number[], target: number, maxCandidates: number, minSize = 2): SumAnswer {
  const usable = amounts.map((amount, index) => ({ amount, index })).filter(candidate => candidate.amount !== 0)
  const narrowed = narrow(usable, target)
  if (narrowed.length > maxCandidates) return { found: 'too_many_candidates' }
  if (narrowed.length < minSize) return { found: 'none' }
  const middle = narrowed.length >> 1
  const left = subsetSums(narrowed.slice(0, middle).map(candidate => candidate.amount))
  const right = subsetSums(narrowed.slice(middle).map(candidate => candidate.amount))
  const solutions = meet(left, right, target, middle, minSize)
  if (solutions.length === 0) return { found: 'none' }
  // Beyond the bound any candidate may take part: all are named rather than some left out.
  const positions =
    solutions.length < SOLUTIONS_NAMED ? [...new Set(solutions.flat())] : narrowed.map((_, position) => position)
  const members = positions.map(position => narrowed[position]?.index ?? -1).sort((a, b) => a - b)
  return { found: solutions.length === 1 ? 'one' : 'several', members }
}

/** Where all amounts have the target's sign, one larger than the target cannot take part. */
function narrow<T extends { readonly amount: number }>(candidates: readonly T[], target: number): readonly T[] {
  const sign = Math.sign(target)
  if (sign === 0 || candidates.some(candidate => Math.sign(candidate.amount) !== sign)) return candidates
  return candidates.filter(candidate => Math.abs(candidate.amount) <= Math.abs(target))
}

/** All 2^n subset sums, ascending, each with the bit mask of its members. */
function subsetSums(amounts: readonly number[]): Half {
  let sums = new Float64Array(1)
  let masks = new Uint32Array(1)
  amounts.forEach((amount, bit) => {
    const size = sums.length
    const nextSums = new Float64Array(size * 2)
    const nextMasks = new Uint32Array(size * 2)
    const mask = 2 ** bit
    let without = 0
    let with_ = 0
    let out = 0
    while (without < size && with_ < size) {
      const a = sums[without]!
      const b = sums[with_]! + amount
      if (a <= b) {
        nextSums[out] = a
        nextMasks[out++] = masks[without++]!
      } else {
        nextSums[out] = b
        nextMasks[out++] = masks[with_++]! + mask
      }
    }
    nextSums.set(sums.subarray(without), out)
    nextMasks.set(masks.subarray(without), out)
    for (; with_ < size; with_++, out++) {
      nextSums[out] = sums[with_]! + amount
      nextMasks[out] = masks[with_]! + mask
    }
    sums = nextSums
    masks = nextMasks
  })
  return { sums, masks }
}

function meet(left: Half, right: Half, target: number, rightFrom: number, minSize: number): number[][] {
  const solutions: number[][] = []
  let i = 0
  let j = right.sums.length - 1
  while (i < left.sums.length && j >= 0) {
    const sum = (left.sums[i] as number) + (right.sums[j] as number)
    if (sum < target) i++
    else if (sum > target) j--
    else {
      // A run of equal sums on either side: every combination is a solution of its own.
      const leftSum = left.sums[i] as number
      const rightSum = right.sums[j] as number
      let iEnd = i
      while (iEnd < left.sums.length && left.sums[iEnd] === leftSum) iEnd++
      let jEnd = j
      while (jEnd >= 0 && right.sums[jEnd] === rightSum) jEnd--
      for (let a = i; a < iEnd; a++)
        for (let b = j; b > jEnd; b--) {
          const members = [...bits(left.masks[a] as number, 0), ...bits(right.masks[b] as number, rightFrom)]
          if (members.length >= minSize) solutions.push(members)
          if (solutions.length >= SOLUTIONS_NAMED) return solutions
        }
      i = iEnd
      j = jEnd
    }
  }
  return solutions
}

function bits(mask: number, offset: number): number[] {
  const members: number[] = []
  for (let bit = 0, rest = mask; rest > 0; bit++, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) members.push(offset + bit)
  return members
}
