import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** All figures of this process. A folder makes its own by `counter`, `gauge` or `histogram`, once, at the top of a file. */
export const metrics = new Registry()

export const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
  new Counter({ name, help, labelNames: [...labelNames], registers: [metrics] })

/** `read` is asked when the figures are: for what is counted elsewhere, such as the depth of a queue. */
export const gauge = (name: string, help: string, read: () => number | Promise<number>): Gauge =>
  new Gauge({
    name,
    help,
    registers: [metrics],
    async collect() {
      this.set(await read())
    },
  })

/** As `gauge`, with one value for each set of labels; those that are not read any more are gone. */
export const gauges = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[],
  read: () => Promise<readonly { readonly labels: Readonly<Record<L, string>>; readonly value: number }[]>,
): Gauge<L> =>
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [metrics],
    async collect() {
      this.reset()
      for (const { labels, value } of await read()) this.set(labels, value)
    },
  })

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[],
  buckets: readonly number[],
): Histogram<L> =>
  new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [metrics] })

/**
 * A histogram whose series are found once and then cost an addition each time: prom-client hashes the labels at every
 * observation, which would be a tenth of a request.
 */
export function timings<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[],
  buckets: readonly number[],
): (labels: Readonly<Record<L, string | number>>) => (seconds: number) => void {
  type Series = {
    readonly labels: Readonly<Record<string, string | number>>
    readonly counts: Float64Array
    sum: number
  }
  const all: Series[] = []
  const values = () =>
    all.flatMap(({ labels, counts, sum }) => {
      let below = 0
      const line = (suffix: string, value: number, more = {}) => ({
        metricName: `${name}_${suffix}`,
        labels: { ...more, ...labels },
        value,
      })
      const filled = [...counts].map((count, at) => line('bucket', (below += count), { le: buckets[at] ?? '+Inf' }))
      return [...filled, line('sum', sum), line('count', below)]
    })
  const metric = { name, help, type: 'histogram', aggregator: 'sum', labelNames, reset: () => void all.splice(0) }
  metrics.registerMetric({ ...metric, get: async () => ({ ...metric, values: values() }) } as unknown as Histogram)
  return labels => {
    const series: Series = { labels, counts: new Float64Array(buckets.length + 1), sum: 0 }
    all.push(series)
    return seconds => {
      let at = 0
      while (at < buckets.length && seconds > (buckets[at] as number)) at++
      series.counts[at] = (series.counts[at] as number) + 1
      series.sum += seconds
    }
  }
}

let watching = false

/** Memory, processor, garbage collection and the lag of the event loop; from the first call on. */
export function watchProcess(): void {
  if (watching) return
  watching = true
  collectDefaultMetrics({ register: metrics, prefix: 'fzpay_' })
}
