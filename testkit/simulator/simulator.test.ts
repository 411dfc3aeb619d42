import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeTestServer } from '../server.ts'
import { SimulatedChannel } from './channel.ts'
import { Dice } from './dice.ts'
import { simulate } from './simulate.ts'

after(closeTestServer)

/** Seeds that broke something once, with the day by which it showed: they must not again. `npm run simulate` looks for more. */
const FOUND_ONCE: readonly { readonly seed: number; readonly days: number }[] = []

test('days of the whole platform hold whatever happens in them, and a seed plays them again', {
  timeout: 240_000,
}, async () => {
  const short = { seed: 7, days: 3, paymentsADay: 6 }
  const [first, again] = [await simulate(short), await simulate(short)]
  assert.deepEqual(first.broken, [])
  assert.ok(first.closed >= 4 && first.movements > 12, JSON.stringify(first))
  assert.deepEqual(again, first)
})

test('a channel lists what it lists late in the next statement that has rows of its own day', async () => {
  let at = '2027-03-01T23:59:30+08:00'
  const channel = new SimulatedChannel('wechat', new Dice(1, 'channel'), () => new Date(at))
  const pay = async (no: string, deferred: boolean) => {
    await channel.create({ paymentNo: no } as Parameters<SimulatedChannel['create']>[0])
    await channel.create({ paymentNo: no } as Parameters<SimulatedChannel['create']>[0])
    assert.ok(channel.pay(no, `S${no}`, 100, deferred))
  }
  await pay('late', true)
  at = '2027-03-03T10:00:00+08:00'
  await pay('plain', false)
  const listed = ['2027-03-01', '2027-03-02', '2027-03-03'].map(day => [
    channel.rowsOf(day).map(row => row.merchantOrderNo),
    channel.heldBackOn(day),
  ])
  assert.deepEqual(listed, [
    [[], []],
    [[], ['late']],
    [['late', 'plain'], []],
  ])
})

for (const { seed, days } of FOUND_ONCE)
  test(`seed ${seed} holds for ${days} days`, { timeout: 240_000 }, async () => {
    assert.deepEqual((await simulate({ seed, days, paymentsADay: 10 })).broken, [])
  })
