import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram, Registry } from 'prom-client'
import { metrics, timings } from './metrics.ts'

test('timings are told as prom-client tells its own histograms', async () => {
  const registry = new Registry()
  const buckets = [0.01, 0.1, 1]
  const theirs = new Histogram({ name: 'test_seconds', help: 'h', labelNames: ['a'], buckets, registers: [registry] })
  const ours = timings('test_seconds', 'h', ['a'], buckets)
  const [x, y] = [ours({ a: 'x' }), ours({ a: 'y "quoted"' })]
  for (const seconds of [0.005, 0.01, 0.02, 5]) {
    theirs.observe({ a: 'x' }, seconds)
    x(seconds)
  }
  theirs.observe({ a: 'y "quoted"' }, 1)
  y(1)
  assert.equal(
    await metrics.getSingleMetricAsString('test_seconds'),
    await registry.getSingleMetricAsString('test_seconds'),
  )
})
