import type { WrittenRow } from '../../src/statements/writing/row.ts'
import type { Misprint, Paid, SimulatedChannel } from './channel.ts'
import { nextDay } from './channel.ts'
import type { Dice } from './dice.ts'
import type { Answer, House } from './house.ts'

/** What the simulation knows to be true, for the checks after each day. */
export type Truth = {
  /** Payments (by our number) of which a statement said something else, or that were paid twice: only these may be discrepancies. */
  readonly spoiled: Set<string>
  /** By `account/day`: the statement's sum in fen by the version that counts. */
  readonly stated: Map<string, number>
  readonly restated: { count: number }
}

export type Stage = {
  readonly house: House
  readonly channels: readonly SimulatedChannel[]
  readonly dice: (stream: string) => Dice
  readonly clock: { to(instant: string): void }
  readonly truth: Truth
}

const MERCHANTS = ['M1', 'M2'] as const
const at = (day: string, time: string): string => `${day}T${time}+08:00`
const clockTime = (seconds: number): string =>
  [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
    .map(n => String(n).padStart(2, '0'))
    .join(':')

/** Merchants with their fee items: what all bills are of. */
export async function setUp({ house }: Pick<Stage, 'house'>): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => void held(await house.insist('POST', path, body))
  await post('/api/departments', { id: 'sim-set-up-1', department_id: 'D1', name: '城市缴费', parent_id: null })
  for (const no of MERCHANTS) {
    await post('/api/merchants', {
      id: `sim-set-up-${no}`,
      merchant_no: no,
      name: `收费单位 ${no}`,
      department_id: 'D1',
    })
    const item = { fee_item_id: `W${no}`, merchant_no: no, name: '水费', category: 'water' }
    await post('/api/fee-items', { id: `sim-set-up-W${no}`, ...item })
  }
}

function held(answer: Answer): Answer {
  if (answer.status !== 200) throw new Error(`refused: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}

type Made = {
  readonly channel: SimulatedChannel
  readonly no: string
  readonly orderNo: string
  readonly amount: number
}

/** A day of payments, with what goes wrong by the dice. */
export async function playPayers(stage: Stage, day: string, payments: number): Promise<void> {
  const { house, clock } = stage
  const dice = stage.dice(`payers ${day}`)
  const times = Array.from({ length: payments }, () => 9 * 3600 + dice.upTo(14 * 3600)).sort((a, b) => a - b)
  const made: Made[] = []
  for (const [index, seconds] of times.entries()) {
    clock.to(at(day, clockTime(seconds)))
    const one = await begin(stage, dice, `${day.replaceAll('-', '')}N${index}`)
    if (!one) continue
    made.push(one)
    // Some look at the code, and never pay.
    if (dice.says(0.08)) continue
    await pay(stage, dice, one, false)
    // Paid by one channel, and again by the other in another window: both took the money.
    if (dice.says(0.04)) await payTwice(stage, dice, one)
    if (dice.says(0.12)) await refund(stage, dice, one)
    if (dice.says(0.05) && made.length > 1) await refund(stage, dice, dice.pick(made))
    if (dice.says(0.15)) await house.run('payments.compensate', 'refunds.compensate')
  }
  clock.to(at(day, '23:59:30'))
  const late = await begin(stage, dice, `${day.replaceAll('-', '')}LATE`)
  if (late) await pay(stage, dice, late, dice.says(0.7))
}

async function begin({ house, channels }: Stage, dice: Dice, no: string): Promise<Made | null> {
  const merchant = dice.pick(MERCHANTS)
  const amount = 1 + dice.upTo(dice.says(0.3) ? 2_000 : 200_000)
  const orderNo = `S${no}`
  const bill = {
    order_no: orderNo,
    merchant_no: merchant,
    fee_item_id: `W${merchant}`,
    account_no: no,
    amount: yuan(amount),
  }
  held(await house.insist('POST', '/api/orders', bill))
  const channel = dice.pick(channels)
  const body = { id: `pay-${no}`, channel: channel.name, method: channel.methods[0] }
  const { status, body: begun } = await house.insist('POST', `/api/orders/${orderNo}/payments`, body, 'nobody')
  return status === 200 ? { channel, no: begun.payment_no, orderNo, amount } : null
}

/** The payer pays; the notice comes once, twice, too late, from a thief, or never. */
async function pay(
  { house }: Stage,
  dice: Dice,
  { channel, no, orderNo, amount }: Made,
  deferred: boolean,
): Promise<Paid | null> {
  const paid = channel.pay(no, orderNo, amount, deferred)
  if (!paid) return null
  const deliver = async (forged = false): Promise<number> => {
    const path = `/notify/${channel.name}/${channel.account}`
    return (await house.ask('POST', path, channel.noticeOf(paid, forged), 'nobody'))?.status ?? 0
  }
  if (dice.says(0.05) && (await deliver(true)) === 200) throw new Error(`a forged notice of ${no} was taken`)
  if (dice.says(0.1)) return paid
  const times = dice.says(0.15) ? 2 : 1
  for (let n = 0; n < times; n++) {
    await deliver()
    if (house.dead) await house.revive()
  }
  return paid
}

async function payTwice(stage: Stage, dice: Dice, one: Made): Promise<void> {
  const other = dice.pick(stage.channels)
  const body = { id: `again-${one.orderNo}`, channel: other.name, method: other.methods[0] }
  const { status, body: begun } = await stage.house.insist(
    'POST',
    `/api/orders/${one.orderNo}/payments`,
    body,
    'nobody',
  )
  if (status !== 200) return
  if (!(await pay(stage, dice, { ...one, channel: other, no: begun.payment_no }, false))) return
  stage.truth.spoiled.add(begun.payment_no).add(one.no)
}

async function refund({ house }: Stage, dice: Dice, { no, amount }: Made): Promise<void> {
  const part = dice.says(0.5) ? amount : 1 + dice.upTo(amount)
  // More than is left is refused, and so is what was never paid; reconciled ones need a voucher.
  await house.insist('POST', `/api/payments/${no}/refunds`, {
    id: `refund-${no}-${dice.upTo(1e9)}`,
    amount: yuan(part),
    reason: '退款',
  })
}

/** The channels print their statements of the day, some of them with mistakes. Gives what they got wrong. */
export function printStatements({ channels, dice, truth }: Stage, day: string): Map<SimulatedChannel, Misprint[]> {
  const wrong = new Map<SimulatedChannel, Misprint[]>()
  for (const channel of channels) {
    const chance = dice(`misprints ${channel.account} ${day}`)
    const rows = channel.rowsOf(day)
    const payments = rows.filter(row => row.kind === 'payment')
    const misprints: Misprint[] = []
    if (payments.length > 0 && chance.says(0.3)) {
      const { merchantOrderNo: no, amount } = chance.pick(payments)
      if (chance.says(0.5)) misprints.push({ kind: 'amount', no, amount: amount + 1 + chance.upTo(500) })
      else if (
        isStatement(
          rows.filter(row => row.kind !== 'payment' || row.merchantOrderNo !== no),
          day,
        )
      )
        misprints.push({ kind: 'left_out', no })
    }
    if (chance.says(0.1))
      misprints.push({ kind: 'stranger', no: `X${day.replaceAll('-', '')}`, amount: 1 + chance.upTo(9_999) })
    for (const { no } of misprints) truth.spoiled.add(no)
    // What no statement lists when its time has come is missing, until one does.
    for (const no of channel.heldBackOn(day)) truth.spoiled.add(no)
    publish({ channel, day, misprints, truth })
    wrong.set(channel, misprints)
  }
  return wrong
}

/** Without rows there is none; one without any row of its own day would be taken for another day's, and refused. */
const isStatement = (rows: readonly WrittenRow[], day: string): boolean =>
  rows.length === 0 || rows.some(({ at: of }) => of >= Date.parse(at(day, '00:00:00')))

type Printing = {
  readonly channel: SimulatedChannel
  readonly day: string
  readonly misprints: readonly Misprint[]
  readonly truth: Truth
}

function publish({ channel, day, misprints, truth }: Printing): void {
  channel.publish(day, misprints)
  let sum = 0
  for (const row of channel.rowsOf(day)) {
    const misprint = misprints.find(each => row.kind === 'payment' && each.no === row.merchantOrderNo)
    const amount = misprint?.kind === 'left_out' ? 0 : misprint?.kind === 'amount' ? misprint.amount : row.amount
    sum += row.kind === 'refund' ? -amount : amount
  }
  for (const misprint of misprints) if (misprint.kind === 'stranger') sum += misprint.amount
  truth.stated.set(`${channel.account}/${day}`, sum)
}

/** T+1: statements are fetched, days settled; people confirm, look into discrepancies, and some statements are printed anew; at 10:00 the days close. */
export async function playMorning(stage: Stage, day: string): Promise<void> {
  const { house, clock } = stage
  const next = nextDay(day)
  const dice = stage.dice(`morning ${day}`)
  clock.to(at(next, '00:20:00'))
  await house.run()
  const wrong = printStatements(stage, day)
  clock.to(at(next, '09:01:00'))
  await house.run()
  await house.run()
  for (let n = 0; n < 2; n++) await confirmSome(stage, dice, day)
  await lookIntoOne(stage, dice, day)
  clock.to(at(next, '09:31:00'))
  if (dice.says(0.4)) await correct(stage, dice, day, wrong)
  clock.to(at(next, '09:50:00'))
  await house.run()
  // A statement that the channel gave late is fetched, settled and closed upon one after the other.
  for (let minutes = 0; minutes < 60 && !(await isClosed(stage, day)); minutes += 5) {
    clock.to(at(next, clockTime(10 * 3600 + minutes * 60 + 5)))
    await house.run()
  }
  // A statement printed anew after the close corrects the books of the day that is open.
  if (dice.says(0.15)) {
    clock.to(at(next, '11:10:00'))
    await correct(stage, dice, day, wrong)
    await house.run()
  }
}

async function isClosed({ house, channels }: Stage, day: string): Promise<boolean> {
  const { rows } = await house.watch.query<{ closed: number }>(
    "select count(*)::int as closed from days where business_date = $1 and state = 'closed'",
    [day],
  )
  return rows[0]?.closed === channels.length
}

async function confirmSome({ house }: Stage, dice: Dice, day: string): Promise<void> {
  const { body } = held(await house.insist('GET', `/api/items?from=${day}&to=${day}&state=matched&limit=50`))
  if (body.items.length === 0) return
  const { payment_no: no } = dice.pick(body.items as { payment_no: string }[])
  const { status } = await house.insist('POST', `/api/items/${no}/confirm`, { id: `confirm-${no}` })
  if (status === 200 && dice.says(0.3))
    await house.insist('POST', `/api/items/${no}/unconfirm`, { id: `unconfirm-${no}` })
}

async function lookIntoOne({ house }: Stage, dice: Dice, day: string): Promise<void> {
  const { body } = held(await house.insist('GET', `/api/discrepancies?state=open&from=${day}&to=${day}`))
  const open = (body.discrepancies as { discrepancy_id: string; kind: string }[]).filter(
    ({ kind }) => kind === 'amount_mismatch',
  )
  if (open.length === 0) return
  const { discrepancy_id: no } = dice.pick(open)
  await house.insist('POST', `/api/discrepancies/${no}/actions`, { id: `take-${no}-${day}`, action: 'take' })
  const ask = { id: `accept-${no}-${day}`, action: 'accept_platform', reason: '平台金额与凭证一致' }
  const { status, body: asked } = await house.insist('POST', `/api/discrepancies/${no}/actions`, ask)
  if (status !== 200 || !asked.review_id) return
  const decide = { id: `agree-${no}-${day}`, reason: '同意' }
  const own = await house.insist('POST', `/api/reviews/${asked.review_id}/approve`, {
    ...decide,
    id: `own-${no}-${day}`,
  })
  if (own.status === 200) throw new Error(`who asked for ${asked.review_id} agreed to it himself`)
  await house.insist('POST', `/api/reviews/${asked.review_id}/approve`, decide, 'checker')
}

/** One channel prints its statement of the day once more, without its mistakes, and it is fetched. No channel says afterwards that there was nothing at all. */
async function correct(stage: Stage, dice: Dice, day: string, wrong: Map<SimulatedChannel, Misprint[]>): Promise<void> {
  const { house, truth } = stage
  const spoiled = [...wrong].filter(([channel, misprints]) => misprints.length > 0 && channel.rowsOf(day).length > 0)
  if (spoiled.length === 0) return
  const [channel] = dice.pick(spoiled)
  wrong.set(channel, [])
  publish({ channel, day, misprints: [], truth })
  truth.restated.count++
  const { body } = held(await house.insist('GET', `/api/statement-arrivals?day=${day}&channel=${channel.name}`))
  const [arrival] = body.arrivals as { arrival_id: number; file_id: number | null }[]
  if (!arrival) return
  // A channel that does not answer is asked again.
  for (let tries = 0; tries < 12; tries++) {
    const id = `fetch-${arrival.arrival_id}-${truth.restated.count}-${tries}`
    await house.insist('POST', `/api/statement-arrivals/${arrival.arrival_id}/fetch`, { id })
    await house.run()
    const { body: now } = held(await house.insist('GET', `/api/statement-arrivals?day=${day}&channel=${channel.name}`))
    if (now.arrivals[0].file_id !== arrival.file_id) return
  }
}

/** A new version of the rules: written, replayed on closed days, activated by two. */
export async function changeRules({ house, dice }: Stage, day: string): Promise<void> {
  const chance = dice(`rules ${day}`)
  const document = `name: 模拟 ${day}\ndefaults:\n  waive_below: "0.0${1 + chance.upTo(8)}"\n  confirm_above: "${1_000 + chance.upTo(500)}.00"\n`
  const written = held(
    await house.insist('POST', '/api/rules/versions', { id: `rules-${day}`, document, reason: '模拟' }),
  )
  const { version } = written.body
  const gate = held(await house.insist('POST', `/api/rules/versions/${version}/gates`, { id: `gate-${day}`, days: 10 }))
    .body.gate_id
  await house.run()
  const { body: ended } = held(await house.insist('GET', `/api/rules/gates/${gate}`))
  if (ended.state !== 'done') throw new Error(`the gate of version ${version} is ${ended.state}: ${ended.failure}`)
  const ask = { id: `activate-${day}`, from_day: nextDay(day), gate_id: gate, reason: '模拟' }
  const { review_id } = held(await house.insist('POST', `/api/rules/versions/${version}/activation`, ask)).body
  held(
    await house.insist(
      'POST',
      `/api/reviews/${review_id}/approve`,
      { id: `agree-rules-${day}`, reason: '同意' },
      'checker',
    ),
  )
}

const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
