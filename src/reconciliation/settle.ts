import type pg from 'pg'
import { exponentOf, parseDecimal } from '../kernel/money.ts'
import type { Pass } from '../matching/entry.ts'
import { type Rules, rulesOf } from '../rules/rules.ts'

/**
 * Settle: pairs in SQL the plain many, so that the engine (`decide`) need only look at the rest. It may pair two rows only
 * where `decide` alone would give exactly that match and no remark, and where nothing else could have a say in it. In
 * doubt a row stays open: that is always right, the engine is the oracle.
 *
 *   1. pair by channel number (refunds by refund number) where all else agrees and no number of theirs occurs twice,
 *   2. pair what is open by the number we sent to the channel, likewise, where no open row claims their channel number.
 *
 * Why this is safe: these are the engine's first passes, in its order. Under a number that occurs once in each book it
 * forms the same pair, whatever else the books hold; and what it later says about other rows looks at pairs only through
 * numbers that would then occur twice.
 *
 * Works on whatever `movements`, `statement_lines` and `match_links` mean on the connection. The two connections given
 * share the work.
 */
export type SettleOptions = {
  readonly rules: Rules
  readonly channels: readonly string[]
  readonly currencies: readonly string[]
  /** Numbers that may occur more than once in one book, where loading has noticed them; null: find them here. */
  readonly repeated: readonly string[] | null
  /** Is there a refund in either book? Where there is none, some work is saved. */
  readonly refunds: boolean
}

export type Settled = {
  /** Pairs in match_links. `open_movements` and `open_lines` hold all other rows. */
  readonly pairs: number
}

type Two = readonly [pg.ClientBase, pg.ClientBase]

export async function settle(connections: Two, options: SettleOptions): Promise<Settled> {
  const [one, two] = connections
  await one.query('drop table if exists settle_rules, repeated_numbers, open_movements, open_lines')
  await one.query('create unlogged table settle_rules (channel text, currency text, number_days int, confirm_above bigint, fee_expected boolean)')
  await one.query('insert into settle_rules select * from jsonb_to_recordset($1) as r(channel text, currency text, number_days int, confirm_above bigint, fee_expected boolean)', [
    JSON.stringify(settleRules(options)),
  ])
  await one.query('create unlogged table repeated_numbers (number text not null)')
  if (options.repeated === null) await one.query(FIND_REPEATED)
  else if (options.repeated.length > 0) await one.query('insert into repeated_numbers select unnest($1::text[])', [options.repeated])
  if (options.refunds) await one.query(FIND_CONTESTED)

  const byOwnNumber = await both(connections, (client, part) => insertPairs(client, BY_OWN_NUMBER, BOOKS, part))
  if (byOwnNumber === 0) {
    // Nothing is closed yet, so the books themselves are what is open.
    const bySentNumber = await both(connections, (client, part) => insertPairs(client, BY_SENT_NUMBER, BOOKS, part))
    await Promise.all([one.query(openRows('movements', 'movement_id')), two.query(openRows('statement_lines', 'line_id'))])
    return { pairs: bySentNumber }
  }
  await Promise.all([one.query(openRows('movements', 'movement_id')), two.query(openRows('statement_lines', 'line_id'))])
  const bySentNumber = await insertPairs(one, BY_SENT_NUMBER, { movements: 'open_movements', lines: 'open_lines' })
  if (bySentNumber > 0)
    await Promise.all([
      one.query('delete from open_movements m using match_links k where k.movement_id = m.id'),
      two.query('delete from open_lines l using match_links k where k.line_id = l.id'),
    ])
  return { pairs: byOwnNumber + bySentNumber }
}

type Tables = { readonly movements: string; readonly lines: string }
const BOOKS: Tables = { movements: 'movements', lines: 'statement_lines' }

/** Each connection does its half of the keys. */
async function both(connections: Two, work: (client: pg.ClientBase, part: number) => Promise<number>): Promise<number> {
  const counts = await Promise.all(connections.map(work))
  return counts.reduce((sum, count) => sum + count, 0)
}

const SETTLING: readonly Pass[] = ['refund_no', 'trade_no', 'merchant_order_no']

/** A channel whose rules order the passes in another way is the engine's alone: it is not listed. */
function settleRules({ rules, channels, currencies }: SettleOptions): object[] {
  return channels.flatMap(channel => {
    const { passes, windows, confirmAbove, fees } = rulesOf(rules, channel)
    if (!SETTLING.every((pass, i) => passes[i] === pass)) return []
    return currencies.map(currency => ({
      channel,
      currency,
      number_days: windows.numberDays,
      confirm_above: confirmAbove === null ? null : parseDecimal(confirmAbove, exponentOf(currency)),
      fee_expected: fees.rate !== null,
    }))
  })
}

/** Numbers that two payments of one book carry, whichever column they stand in, and whatever came of those rows. */
const FIND_REPEATED = `
  insert into repeated_numbers
  ${['movements', 'statement_lines']
    .map(
      book => `
    select channel_trade_no from ${book} where kind = 'payment' and channel_trade_no <> '' group by 1 having count(*) > 1
    union all
    select number from (
      select order_no as number from ${book} where kind = 'payment' and merchant_order_no <> order_no and order_no not like '#%'
      union all
      select merchant_order_no from ${book} where kind = 'payment' and merchant_order_no <> ''
    ) numbers group by 1 having count(*) > 1`,
    )
    .join('\n    union all')}`

/**
 * Refund numbers that do not tie one row of ours to one of theirs. A refund has several numbers on either side (ours may
 * keep the channel's refund number as its trade number), so two of ours can claim one line by different numbers. The
 * payment's own number, which partial refunds share, no line claims as a refund number.
 */
const FIND_CONTESTED = `
  insert into repeated_numbers
  with claims as (
    select id as movement, null::bigint as line, unnest(array[refund_no, channel_refund_no, channel_trade_no]) as number
      from movements where kind = 'refund'
    union all
    select null, id, unnest(array[refund_no, channel_refund_no]) from statement_lines where kind = 'refund'
  ), numbers as (
    select number, count(distinct movement) as ours, count(distinct line) as theirs, min(movement) as movement, min(line) as line
      from claims where number <> '' group by number having count(movement) > 0 and count(line) > 0
  ), ties as (
    select distinct movement, line from numbers where ours = 1 and theirs = 1
  )
  select number from numbers
   where ours > 1 or theirs > 1
      or movement in (select movement from ties group by movement having count(*) > 1)
      or line in (select line from ties group by line having count(*) > 1)`

type Key = {
  /** The number that brings two rows together. */
  readonly ours: string
  readonly theirs: string
  readonly pass: string
  /** What else must hold, beyond what always must. */
  readonly where: (tables: Tables) => string
}

const BY_OWN_NUMBER: Key = {
  ours: "case when m.kind = 'payment' then m.channel_trade_no else m.refund_no end",
  theirs: "case when l.kind = 'payment' then l.channel_trade_no else l.refund_no end",
  pass: "case when m.kind = 'payment' then 'trade_no' else 'refund_no' end",
  where: () => "(m.kind = 'payment' or m.channel_trade_no = l.channel_trade_no or m.channel_trade_no = '' or l.channel_trade_no = '')",
}

const BY_SENT_NUMBER: Key = {
  ours: "coalesce(nullif(m.merchant_order_no, ''), m.order_no)",
  theirs: 'l.merchant_order_no',
  pass: "'merchant_order_no'",
  // An open row with the same channel number has the older claim, agree with it or not.
  where: ({ movements, lines }) => `
    m.kind = 'payment' and (m.channel_trade_no = '' or l.channel_trade_no = '')
    and (l.channel_trade_no = '' or l.channel_trade_no not in (select channel_trade_no from ${movements}))
    and (m.channel_trade_no = '' or m.channel_trade_no not in (select channel_trade_no from ${lines}))`,
}

const notRepeated = (column: string): string => `${column} not in (select number from repeated_numbers)`

/** Only the number is a hash key, the rest is compared on the pairs it finds: `is true` keeps it out of the hash. */
function pairsText(key: Key, tables: Tables, part?: number): string {
  const mine = part === undefined ? '' : `and hashtext(${key.ours}) & 1 = ${part} and hashtext(${key.theirs}) & 1 = ${part}`
  return `
    insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation)
    select m.order_no, m.id, l.id, (${key.pass})::settle_pass, m.business_date <> l.business_date,
           coalesce(abs(m.amount) > r.confirm_above, false)
      from ${tables.movements} m
      join ${tables.lines} l on ${key.theirs} = ${key.ours}
      join settle_rules r on r.channel = m.channel and (r.currency = m.currency) is true
     where m.status = 'success' and l.status = 'success' and ${key.ours} <> '' and ${key.theirs} <> '' ${mine}
       and (l.amount = m.amount) is true and (l.kind = m.kind) is true
       and (l.channel = m.channel) is true and (l.currency = m.currency) is true
       and abs(m.business_date - l.business_date) <= r.number_days
       and ${key.where(tables)}
       and (l.merchant_order_no in (m.merchant_order_no, m.order_no, '') or m.merchant_order_no = '')
       and ((l.order_no = m.order_no) is true or l.order_no like '#%')
       and (m.fee is null and not r.fee_expected or l.fee is null or m.fee = l.fee
            or m.kind = 'refund' and abs(m.fee) = abs(l.fee))
       and case when m.kind = 'payment'
             then ${notRepeated('m.channel_trade_no')} and ${notRepeated('m.merchant_order_no')} and ${notRepeated('m.order_no')}
              and (l.channel_trade_no = m.channel_trade_no or ${notRepeated('l.channel_trade_no')})
              and (l.merchant_order_no = m.merchant_order_no or ${notRepeated('l.merchant_order_no')})
             else ${notRepeated('m.refund_no')} and ${notRepeated('m.channel_refund_no')} and ${notRepeated('m.channel_trade_no')}
              and ${notRepeated('l.channel_refund_no')}
           end`
}

async function insertPairs(client: pg.ClientBase, key: Key, tables: Tables, part?: number): Promise<number> {
  const { rowCount } = await client.query(pairsText(key, tables, part))
  return rowCount ?? 0
}

const openRows = (book: string, link: string): string => `
  create unlogged table ${book === 'movements' ? 'open_movements' : 'open_lines'} as
  select b.* from ${book} b where not exists (select from match_links k where k.${link} = b.id)`
