/** How long a channel's success took to reach our book, by channel and Beijing day of the attempt's beginning. Seconds, to 2.5 %. */
export type Latency = {
  readonly channel: string
  readonly day: string
  readonly payments: number
  readonly median: number
  readonly p95: number
}

/** So many days back anybody may ask, the day that runs included. */
export const LATENCY_DAYS = 14

/** Payments of a channel and a day whose time lies in one bucket. */
export type LatencyCount = {
  readonly channel: string
  readonly day: string
  readonly bucket: number
  readonly payments: number
}

/** Bucket 0 holds what took no time, bucket `b` what took up to `LATENCY_STEP ** b` ms and more than the bucket before. */
export const LATENCY_STEP = 1.05

/** The middle of a bucket: what it holds is never further away than half a step. Seconds. */
const secondsOf = (bucket: number): number => (bucket === 0 ? 0 : LATENCY_STEP ** (bucket - 0.5) / 1000)

/** Counts in any order, as medians and 95th percentiles: by day, then channel. */
export function latencyOf(counts: readonly LatencyCount[]): Latency[] {
  return [...Map.groupBy(counts, ({ channel, day }) => `${day} ${channel}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, found]) => {
      const [{ channel, day }] = found as [LatencyCount]
      const buckets = found.toSorted((a, b) => a.bucket - b.bucket)
      const payments = buckets.reduce((sum, each) => sum + each.payments, 0)
      const at = (share: number): number => secondsOf(bucketAt(buckets, Math.ceil(payments * share)))
      return [{ channel, day, payments, median: at(0.5), p95: at(0.95) }]
    })
}

/** Where the payment of this rank is, counted from 1, the quickest first. */
function bucketAt(buckets: readonly LatencyCount[], rank: number): number {
  let passed = 0
  for (const { bucket, payments } of buckets) {
    passed += payments
    if (passed >= rank) return bucket
  }
  throw new Error(`there are ${passed} payments and none of rank ${rank}`)
}
