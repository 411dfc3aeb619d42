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

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[],
  buckets: readonly number[],
): Histogram<L> =>
  new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [metrics] })

let watching = false

/** Memory, processor, garbage collection and the lag of the event loop; from the first call on. */
export function watchProcess(): void {
  if (watching) return
  watching = true
  collectDefaultMetrics({ register: metrics, prefix: 'fzpay_' })
}
