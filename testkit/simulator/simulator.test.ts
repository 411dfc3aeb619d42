import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Listing, SimulatedChannel } from './channel.ts'
import { Dice } from './dice.ts'
import { playSeed } from './seed.ts'

test('days of the whole platform hold though the platform and its database are ended, and a seed plays them again', {
  timeout: 240_000,
}, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-simulator-'))
  chmodSync(folder, 0o755)
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const play = async () => {
    const { seconds, ...told } = await playSeed({ seed: 5, days: 2, paymentsADay: 6 }, folder, 'ignore')
    return told
  }
  const [first, again] = [await play(), await play()]
  assert.ok('broken' in first, JSON.stringify(first))
  assert.deepEqual(first.broken, [])
  assert.ok(first.closed >= 4 && first.movements > 12 && first.crashes > 0 && first.revived > 0, JSON.stringify(first))
  assert.deepEqual(again, first)
})

/** A channel with payments of the first of March shortly before midnight, and plain ones in the morning of the given days. */
async function channelWith(listing: Listing, days: readonly string[]): Promise<SimulatedChannel> {
  let at = '2027-03-01T23:59:30+08:00'
  const channel = new SimulatedChannel('wechat', new Dice(1, 'channel'), () => new Date(at))
  const pay = async (no: string, how: Listing): Promise<void> => {
    // It need not answer the first time.
    for (let tries = 0; tries < 5; tries++)
      await channel.create({ paymentNo: no } as Parameters<SimulatedChannel['create']>[0])
    assert.ok(channel.pay(no, `S${no}`, 100, how))
  }
  await pay('midnight', listing)
  for (const day of days) {
    at = `${day}T10:00:00+08:00`
    await pay(day, 'plain')
  }
  return channel
}
const listed = (channel: SimulatedChannel, day: string): string[] =>
  channel.statementOf(day).map(row => row.merchantOrderNo)
const [MON, TUE, WED] = ['2027-03-01', '2027-03-02', '2027-03-03'] as const

test('a channel lists what it lists late in the next statement that has rows of its own day', async () => {
  const channel = await channelWith('late', [WED])
  for (const day of [MON, TUE, WED]) channel.publish(day, [])
  assert.deepEqual([listed(channel, MON), listed(channel, TUE), listed(channel, WED)], [[], [], ['midnight', WED]])
  assert.deepEqual([channel.heldBackOn(TUE), channel.heldBackOn(WED)], [['midnight'], []])
})

test('a channel lists a payment in two statements until it drops it from one, and shows its first version again', async () => {
  const channel = await channelWith('twice', [TUE])
  for (const day of [MON, TUE]) channel.publish(day, [{ kind: 'amount', no: TUE, amount: 200 }])
  assert.deepEqual([listed(channel, MON), listed(channel, TUE)], [['midnight'], ['midnight', TUE]])
  assert.deepEqual([channel.listedTwice(MON), channel.listedTwice(TUE)], [[], ['midnight']])
  const first = channel.statementOf(TUE)
  channel.publish(TUE, [], ['midnight'])
  assert.deepEqual([listed(channel, TUE), channel.misprintsOf(TUE)], [[TUE], []])
  channel.publishFirstAgain(TUE)
  assert.deepEqual(channel.statementOf(TUE), first)
})
