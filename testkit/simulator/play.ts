import type { Listing, Paid, SimulatedChannel } from './channel.ts'
import { nextDay } from './channel.ts'
import type { Dice } from './dice.ts'
import { at, held, type Stage } from './stage.ts'
import { correct, dropFromOne, firstAgain, printStatements } from './statements.ts'

const MERCHANTS = ['M1', 'M2'] as const
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
    await pay(stage, dice, one)
    // Paid by one channel, and again by the other in another window: both took the money.
    if (dice.says(0.04)) await payTwice(stage, dice, one)
    if (dice.says(0.12)) await refund(stage, dice, one)
    if (dice.says(0.05) && made.length > 1) await refund(stage, dice, dice.pick(made))
    if (dice.says(0.15)) await house.run('payments.compensate', 'refunds.compensate')
  }
  clock.to(at(day, '23:59:30'))
  const late = await begin(stage, dice, `${day.replaceAll('-', '')}LATE`)
  const listing = dice.says(0.7) ? 'late' : stage.dice(`midnight ${day}`).says(0.5) ? 'twice' : 'plain'
  if (late) await pay(stage, dice, late, listing)
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
  listing: Listing = 'plain',
): Promise<Paid | null> {
  const paid = channel.pay(no, orderNo, amount, listing)
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
  if (!(await pay(stage, dice, { ...one, channel: other, no: begun.payment_no }))) return
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

/** T+1: statements are fetched, days settled; people confirm, look into discrepancies, and some statements are printed anew; at 10:00 the days close. */
export async function playMorning(stage: Stage, day: string): Promise<void> {
  const { house, clock } = stage
  const next = nextDay(day)
  const dice = stage.dice(`morning ${day}`)
  clock.to(at(next, '00:20:00'))
  await house.run()
  printStatements(stage, day)
  clock.to(at(next, '09:01:00'))
  await house.run()
  await house.run()
  for (let n = 0; n < 2; n++) await confirmSome(stage, dice, day)
  await lookIntoOne(stage, dice, day)
  clock.to(at(next, '09:31:00'))
  const again = stage.dice(`printed again ${day}`)
  if (dice.says(0.4)) {
    const channel = await correct(stage, dice, day)
    if (channel && again.says(0.3)) await firstAgain(stage, channel, day)
  }
  if (again.says(0.5)) await dropFromOne(stage, again, day)
  clock.to(at(next, '09:50:00'))
  await house.run()
  // A statement that the channel gave late is fetched, settled and closed upon one after the other.
  for (let minutes = 0; minutes < 60 && !(await isClosed(stage, day)); minutes += 5) {
    clock.to(at(next, clockTime(10 * 3600 + minutes * 60 + 5)))
    await house.run()
  }
  // A statement printed anew after the close corrects the books of the day that is open.
  clock.to(at(next, '11:10:00'))
  if (dice.says(0.15)) {
    const channel = await correct(stage, dice, day)
    if (channel && again.says(0.3)) await firstAgain(stage, channel, day)
    await house.run()
  }
  if (again.says(0.5)) await dropFromOne(stage, again, day)
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
