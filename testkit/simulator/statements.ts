import { addDays } from '../../src/kernel/business_day.ts'
import type { WrittenRow } from '../../src/statements/writing/row.ts'
import type { Misprint, SimulatedChannel } from './channel.ts'
import type { Dice } from './dice.ts'
import { at, held, type Stage, type Truth } from './stage.ts'

/** The channels print their statements of the day, some of them with mistakes. */
export function printStatements({ channels, dice, truth }: Stage, day: string): void {
  for (const channel of channels) {
    const chance = dice(`misprints ${channel.account} ${day}`)
    const rows = channel.rowsOf(day)
    // Two statements that list a payment say the same of it.
    const payments = rows.filter(row => row.kind === 'payment' && channel.listingOf(row.merchantOrderNo) !== 'twice')
    const misprints: Misprint[] = []
    if (payments.length > 0 && chance.says(0.3)) {
      const { merchantOrderNo: no, amount } = chance.pick(payments)
      if (chance.says(0.5)) misprints.push({ kind: 'amount', no, amount: amount + 1 + chance.upTo(500) })
      else if (isStatement(without(rows, [no]), day)) misprints.push({ kind: 'left_out', no })
    }
    if (chance.says(0.1))
      misprints.push({ kind: 'stranger', no: `X${day.replaceAll('-', '')}`, amount: 1 + chance.upTo(9_999) })
    for (const { no } of misprints) truth.spoiled.add(no)
    // What no statement lists when its time has come is missing, until one does.
    for (const no of channel.heldBackOn(day)) truth.spoiled.add(no)
    channel.publish(day, misprints)
    noteStated(truth, channel, day)
  }
}

/** Without rows there is none; one without any row of its own day would be taken for another day's, and refused. */
const isStatement = (rows: readonly WrittenRow[], day: string): boolean =>
  rows.length === 0 || rows.some(({ at: of }) => of >= Date.parse(at(day, '00:00:00')))

const without = (rows: readonly WrittenRow[], nos: readonly string[]): WrittenRow[] =>
  rows.filter(row => row.kind !== 'payment' || !nos.includes(row.merchantOrderNo))

function noteStated(truth: Truth, channel: SimulatedChannel, day: string): void {
  const rows = channel.statementOf(day).map(row => {
    const amount = row.kind === 'refund' ? -row.amount : row.amount
    return [`${row.kind} ${row.tradeNo} ${row.refundNo}`, amount] as const
  })
  truth.stated.set(`${channel.account}/${day}`, new Map(rows))
}

/** One channel prints its statement of the day once more, without its mistakes, and it is fetched. No channel says afterwards that there was nothing at all. */
export async function correct(stage: Stage, dice: Dice, day: string): Promise<SimulatedChannel | null> {
  const spoiled = stage.channels.filter(
    channel => channel.misprintsOf(day).length > 0 && channel.rowsOf(day).length > 0,
  )
  if (spoiled.length === 0) return null
  const channel = dice.pick(spoiled)
  channel.publish(day, [])
  await fetchAgain(stage, channel, day)
  return channel
}

/** It was right the first time, the channel finds. */
export async function firstAgain(stage: Stage, channel: SimulatedChannel, day: string): Promise<void> {
  channel.publishFirstAgain(day)
  await fetchAgain(stage, channel, day)
}

/** A channel that listed a payment in this day's statement and in that of the day before drops it from one of them. */
export async function dropFromOne(stage: Stage, dice: Dice, day: string): Promise<void> {
  for (const channel of stage.channels) {
    const twice = channel.listedTwice(day).filter(no => !stage.truth.dropped.has(no))
    if (twice.length === 0) continue
    const from = dice.says(0.5) ? day : addDays(day, -1)
    const left = without(channel.statementOf(from), twice)
    if (!isStatement(left, from) || left.length === 0) continue
    for (const no of twice) stage.truth.dropped.add(no)
    channel.publish(from, channel.misprintsOf(from), twice)
    await fetchAgain(stage, channel, from)
  }
}

/** What the channel shows now is fetched. One that does not answer is asked again. */
async function fetchAgain({ house, truth }: Stage, channel: SimulatedChannel, day: string): Promise<void> {
  noteStated(truth, channel, day)
  truth.restated.count++
  const path = `/api/statement-arrivals?day=${day}&channel=${channel.name}`
  const { body } = held(await house.insist('GET', path))
  const [arrival] = body.arrivals as { arrival_id: number; file_id: number | null }[]
  if (!arrival) return
  for (let tries = 0; tries < 12; tries++) {
    const id = `fetch-${arrival.arrival_id}-${truth.restated.count}-${tries}`
    await house.insist('POST', `/api/statement-arrivals/${arrival.arrival_id}/fetch`, { id })
    await house.run()
    const { body: now } = held(await house.insist('GET', path))
    if (now.arrivals[0].file_id !== arrival.file_id) return
  }
}
