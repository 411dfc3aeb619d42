import pg from 'pg'
import { exponentOf, parseDecimal } from '../kernel/money.ts'
import type { Pass } from '../matching/entry.ts'
import { type ChannelRules, type RowChanges, type Rules, rulesOf } from '../rules/rules.ts'

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
 * Works on whatever `movements` and `statement_lines` mean on the connection, and makes `pairs` there. The two connections given
 * share the work.
 */
export type SettleOptions = {
  readonly rules: Rules
  readonly channels: readonly string[]
  readonly currencies: readonly string[]
  /** Numbers that may occur more than once in one book, where loading has noticed them; null: find them here. */
  readonly repeated: readonly string[] | null
  /** Those of their book alone, where reading has noticed them and `repeated` is null. */
  readonly repeatedLines?: readonly string[] | null
  /** Numbers that are not these rows' own although they occur once among them. */
  readonly alsoRepeated?: readonly string[]
  /** Is there a refund in either book? Where there is none, some work is saved. */
  readonly refunds: boolean
  /** The main pass is cut into shares, and other processes are asked to take some. Without them the two connections do it alone. */
  readonly helpers?: Helpers | undefined
}

/** Other processes: how many are there, and what tells them that there are shares to take. */
export type Helpers = { readonly count: number; readonly ask: () => Promise<void> }

/** What another process needs to take shares of a pass: plain data, to be sent along with the name of the scratch. */
export type SharedSettling = Pick<SettleOptions, 'rules' | 'channels' | 'currencies'>

export type Settled = {
  /** How many `pairs` there are. `open_movements` and `open_lines` hold all other rows. */
  readonly pairs: number
}

type Two = readonly [pg.ClientBase, pg.ClientBase]
type Tables = { readonly movements: string; readonly lines: string }

const BOOKS: Tables = { movements: 'movements', lines: 'statement_lines' }
const OPEN: Tables = { movements: 'open_movements', lines: 'open_lines' }

export async function settle(connections: Two, options: SettleOptions): Promise<Settled> {
  const [one] = connections
  const terms = termsOf(options)
  await one.query(WORKING_TABLES)
  if (terms === null) {
    await eachBook(connections, openRowsByLinks)
    return { pairs: 0 }
  }
  const noticed = options.repeated ?? options.repeatedLines ?? []
  if (options.repeated === null)
    await findRepeated(connections, options.repeatedLines ? [BOOKS.movements] : Object.values(BOOKS))
  if (noticed.length > 0) await one.query(NAME_REPEATED, [noticed])
  if (options.alsoRepeated && options.alsoRepeated.length > 0) await one.query(NAME_REPEATED, [options.alsoRepeated])
  if (options.refunds) await one.query(FIND_CONTESTED)

  const byTradeNo = options.helpers
    ? await pairInShares(connections, terms, options.helpers)
    : await total(connections.map((client, part) => pairShare(client, terms, part, 2)))
  // Where nothing is closed yet, the books themselves are what is open: no need to copy them.
  const tables = byTradeNo === 0 ? BOOKS : OPEN
  if (tables === OPEN) await eachBook(connections, openRows)
  let later = options.refunds ? await changed(one, pairOpen(BY_REFUND_NO, tables, terms)) : 0
  later += await changed(one, pairOpen(BY_SENT_NO, tables, terms))
  if (tables === BOOKS) await eachBook(connections, openRowsByLinks)
  else if (later > 0) await eachBook(connections, closeLinked)
  return { pairs: byTradeNo + later }
}

/** Each share looks at both books as a whole, so there are no more than each connection gets two of. A power of two. */
const sharesFor = (helpers: number): number => Math.min(16, 2 ** Math.ceil(Math.log2(2 * (2 + helpers))))
const POLL_MS = 50

/**
 * Whoever is on the scratch takes a share, does it and ticks it off in one transaction, until none is left. A process that dies in the middle lets go of its
 * share with its connection, and another takes it; so the pass ends when all of them are ticked off, however many hands there were. Before version 33 of the
 * schema the list had other names and a share's pairs went elsewhere: processes of that time do not find this one.
 */
async function pairInShares([one, two]: Two, terms: Terms, { count, ask }: Helpers): Promise<number> {
  await one.query(
    'drop table if exists share_list; create unlogged table share_list (part integer primary key, pairs integer)',
  )
  await one.query('insert into share_list (part) select generate_series(0, $1::integer - 1)', [sharesFor(count)])
  await ask()
  for (;;) {
    await Promise.all([takeShares(one, terms), takeShares(two, terms)])
    const { rows } = await one.query(
      'select sum(pairs)::integer as pairs, bool_and(pairs is not null) as all from share_list',
    )
    if (rows[0].all) return rows[0].pairs
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

async function takeShares(client: pg.ClientBase, terms: Terms): Promise<number> {
  for (let taken = 0; ; taken++) {
    await client.query('begin')
    const { rows } = await client.query(
      `select part, (select count(*)::integer from share_list) as parts from share_list
        where pairs is null order by part limit 1 for update skip locked`,
    )
    if (!rows[0]) {
      await client.query('commit')
      return taken
    }
    const pairs = await pairShare(client, terms, rows[0].part, rows[0].parts)
    await client.query('update share_list set pairs = $2 where part = $1', [rows[0].part, pairs])
    await client.query('commit')
  }
}

/** Takes shares of a settling that another process leads, on a connection that means its scratch. Gives how many. */
export async function helpSettling(client: pg.ClientBase, shared: SharedSettling): Promise<number> {
  const { rows } = await client.query("select to_regclass('share_list') is not null as there")
  const terms = termsOf({ ...shared, repeated: [], refunds: true })
  return rows[0].there && terms !== null ? await takeShares(client, terms) : 0
}

async function changed(client: pg.ClientBase, text: string): Promise<number> {
  return (await client.query(text)).rowCount ?? 0
}

const total = async (counts: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)

/** One connection for each book. */
const eachBook = ([one, two]: Two, text: (book: Book) => string): Promise<unknown> =>
  Promise.all([one.query(text(MOVEMENTS)), two.query(text(LINES))])

type Book = { readonly table: string; readonly open: string; readonly link: string; readonly partner: string }
const MOVEMENTS: Book = { table: 'movements', open: 'open_movements', link: 'movement_id', partner: 'line_id' }
const LINES: Book = { table: 'statement_lines', open: 'open_lines', link: 'line_id', partner: 'movement_id' }

/**
 * Each share of the main pass writes a table of its own, which is made by its query: that takes half of what an insert of its rows would. `pair_rows` has them for children, and
 * as rows of its own the pairs that are found among what is open. Rows without a partner stay among a share's.
 */
const WORKING_TABLES = `
  drop table if exists repeated_numbers, open_movements, open_lines, open_movements_ids, open_lines_ids;
  drop table if exists pair_rows cascade;
  create unlogged table repeated_numbers (hash bigint not null);
  create unlogged table open_movements_ids (id bigint not null);
  create unlogged table open_lines_ids (id bigint not null);
  create unlogged table pair_rows (movement_id bigint, line_id bigint, pass settle_pass, cross_day boolean, needs_confirmation boolean, order_no text);
  create view pairs as select * from pair_rows where movement_id is not null and line_id is not null`

const openRows = ({ table, open }: Book): string =>
  `create unlogged table ${open} as select * from ${table} where id in (select id from ${open}_ids)`

const openRowsByLinks = ({ table, open, link }: Book): string =>
  `create unlogged table ${open} as select * from ${table} b where not exists (select from pairs k where k.${link} = b.id)`

const closeLinked = ({ open, link }: Book): string =>
  `delete from ${open} b using only pair_rows k where k.${link} = b.id`

// --- what the rules say, as SQL -----------------------------------------------------------------------------------------------

/** Conditions that the rules and the books at hand make necessary; what cannot matter is left out, a million times. */
type Terms = {
  /** Rows of channels that may be settled at all. */
  readonly settling: string
  readonly sameChannelAndCurrency: string
  readonly numberDays: string
  readonly needsConfirmation: string
  readonly feeExpected: string
}

const SETTLING: readonly Pass[] = ['refund_no', 'trade_no', 'merchant_order_no']

/** null: no channel may be settled. */
function termsOf({ rules, channels, currencies }: SettleOptions): Terms | null {
  // A channel whose rules order the passes in another way is the engine's alone.
  const settling = channels.filter(channel => SETTLING.every((pass, i) => rulesOf(rules, channel).passes[i] === pass))
  if (settling.length === 0) return null
  const by = (of: (channel: ChannelRules) => string): string => {
    const values = settling.map(channel => of(rulesOf(rules, channel)))
    const [first] = values
    if (first !== undefined && values.every(value => value === first)) return first
    return `case m.channel ${settling.map((channel, i) => `when ${pg.escapeLiteral(channel)} then ${values[i]}`).join(' ')} end`
  }
  const thresholds = currencies.map(currency => {
    const minor = (amount: string | null) =>
      String((amount === null ? null : parseDecimal(amount, exponentOf(currency))) ?? 'null::bigint')
    const above = by(of => byRow(of, ({ confirmAbove }) => confirmAbove, minor))
    return { currency, above }
  })
  const [threshold] = thresholds
  const above =
    threshold === undefined || thresholds.every(each => each.above === threshold.above)
      ? (threshold?.above ?? 'null::bigint')
      : `case m.currency ${thresholds.map(each => `when ${pg.escapeLiteral(each.currency)} then ${each.above}`).join(' ')} end`
  const large = above === 'null::bigint' ? 'false' : `coalesce(abs(m.amount) > ${above}, false)`
  const same = [
    ...(channels.length > 1 ? ['(l.channel = m.channel) is true'] : []),
    ...(currencies.length > 1 ? ['(l.currency = m.currency) is true'] : []),
  ]
  return {
    settling:
      settling.length === channels.length
        ? 'true'
        : `m.channel in (${settling.map(name => pg.escapeLiteral(name)).join(', ')})`,
    sameChannelAndCurrency: same.join(' and ') || 'true',
    numberDays: by(({ windows }) => String(windows.numberDays)),
    needsConfirmation:
      by(({ refunds }) => String(refunds.confirm)) === 'false'
        ? large
        : `(${large} or m.kind = 'refund' and ${by(({ refunds }) => String(refunds.confirm))})`,
    feeExpected: by(feeExpected),
  }
}

/** A rule of m's row: its fee item's, else its merchant's, else its channel's. */
function byRow<T>(rules: ChannelRules, of: (changes: RowChanges) => T | undefined, text: (value: T) => string): string {
  const cases = (column: string, named: ChannelRules['merchants']) =>
    Object.entries(named).flatMap(([name, changes]) => {
      const value = of(changes)
      return value === undefined ? [] : [`when ${column} = ${pg.escapeLiteral(name)} then ${text(value)}`]
    })
  const exceptions = [...cases('m.fee_item', rules.feeItems), ...cases('m.merchant', rules.merchants)]
  const usual = text(of(rules) as T)
  return exceptions.length === 0 ? usual : `(case ${exceptions.join(' ')} else ${usual} end)`
}

/** Might a fee be expected where m has none? Those rows are the engine's. */
function feeExpected({ fees, merchants, feeItems }: ChannelRules): string {
  const agreed = (of: RowChanges['fees']) => (of?.rate ?? null) !== null || (of?.schedule?.length ?? 0) > 0
  if (agreed(fees)) return 'true'
  const among = (column: string, named: ChannelRules['merchants']) => {
    const names = Object.keys(named).filter(name => agreed(named[name]?.fees))
    return names.length === 0 ? [] : [`${column} in (${names.map(name => pg.escapeLiteral(name)).join(', ')})`]
  }
  const some = [...among('m.merchant', merchants), ...among('m.fee_item', feeItems)]
  return some.length === 0 ? 'false' : `(${some.join(' or ')})`
}

/** What every settled pair has in common. `is true` keeps a comparison out of the hash key: the number alone is enough there. */
const agreeing = (terms: Terms): string => `
  m.status = 'success' and l.status = 'success' and ${terms.settling}
  and (l.amount = m.amount) is true and (l.kind = m.kind) is true and ${terms.sameChannelAndCurrency}
  and l.business_date - m.business_date between - ${terms.numberDays} and ${terms.numberDays}
  and (l.merchant_order_no = m.merchant_order_no or l.merchant_order_no = m.order_no or l.merchant_order_no = '' or m.merchant_order_no = '')
  and (starts_with(l.order_no, '#') or (l.order_no = m.order_no) is true)
  and (m.fee = l.fee or l.fee is null or m.fee is null and not ${terms.feeExpected} or m.kind = 'refund' and abs(m.fee) = abs(l.fee))`

const hashOf = (column: string): string => `hashtextextended(${column}, 0)`

const notRepeated = (column: string): string => `${hashOf(column)} not in (select hash from repeated_numbers)`

const ourOrderAlone = `
  ${notRepeated('m.order_no')} and (m.merchant_order_no = m.order_no or ${notRepeated('m.merchant_order_no')})`

const paymentAlone = `
  ${notRepeated('m.channel_trade_no')} and ${ourOrderAlone}
  and (l.channel_trade_no = m.channel_trade_no or ${notRepeated('l.channel_trade_no')})
  and (l.merchant_order_no = m.merchant_order_no or ${notRepeated('l.merchant_order_no')})`

const linkColumns = (terms: Terms): string => `
  m.id as movement_id, l.id as line_id, l.business_date <> m.business_date as cross_day, ${terms.needsConfirmation} as needs_confirmation, m.order_no`

// --- the pairs ----------------------------------------------------------------------------------------------------------------

/**
 * One pass over both books: what finds no partner is noted as open on the way, which is cheaper than looking for it afterwards. A row without a number gets
 * one that is its own: equal empty keys would meet in one hash bucket. Each share has the amounts whose hash says so: a pair has one amount.
 */
function pairByTradeNo(terms: Terms, part: number, parts: number): string {
  const half = (table: string, mark: string) =>
    `(select *, case when channel_trade_no = '' then '${mark}' || id else channel_trade_no end as key from ${table} where hashint8(amount) & ${parts - 1} = ${part})`
  return `
    create unlogged table share_${part} with (autovacuum_enabled = false) as
      select ${linkColumns(terms)}, 'trade_no'::settle_pass as pass
        from ${half('movements', '#m')} m
        full join ${half('statement_lines', '#l')} l
          on l.key = m.key and m.kind = 'payment'
         and ${agreeing(terms)}
         and ${notRepeated('m.key')} and ${ourOrderAlone} and (l.merchant_order_no = m.merchant_order_no or ${notRepeated('l.merchant_order_no')})`
}

const noteOpen = ({ open, link, partner }: Book, part: number): string =>
  `insert into ${open}_ids select ${link} from share_${part} where ${partner} is null`

/** Gives how many pairs the share has. */
async function pairShare(client: pg.ClientBase, terms: Terms, part: number, parts: number): Promise<number> {
  const rows = await changed(client, pairByTradeNo(terms, part, parts))
  const ours = await changed(client, noteOpen(MOVEMENTS, part))
  const theirs = await changed(client, noteOpen(LINES, part))
  await client.query(`alter table share_${part} inherit pair_rows`)
  return rows - ours - theirs
}

type Key = {
  readonly pass: string
  readonly ours: string
  readonly theirs: string
  readonly where: (tables: Tables) => string
}

const BY_REFUND_NO: Key = {
  pass: 'refund_no',
  ours: 'm.refund_no',
  theirs: 'l.refund_no',
  where: () => `
    m.kind = 'refund' and m.refund_no <> '' and l.refund_no <> ''
    and (m.channel_trade_no = l.channel_trade_no or m.channel_trade_no = '' or l.channel_trade_no = '')
    and ${notRepeated('m.refund_no')} and ${notRepeated('m.channel_refund_no')} and ${notRepeated('m.channel_trade_no')}
    and ${notRepeated('l.channel_refund_no')}`,
}

const BY_SENT_NO: Key = {
  pass: 'merchant_order_no',
  ours: "coalesce(nullif(m.merchant_order_no, ''), m.order_no)",
  theirs: 'l.merchant_order_no',
  // An open row with the same channel number has the older claim, agree with it or not.
  where: ({ movements, lines }) => `
    m.kind = 'payment' and l.merchant_order_no <> '' and (m.channel_trade_no = '' or l.channel_trade_no = '')
    and (l.channel_trade_no = '' or l.channel_trade_no not in (select channel_trade_no from ${movements}))
    and (m.channel_trade_no = '' or m.channel_trade_no not in (select channel_trade_no from ${lines}))
    and ${paymentAlone}`,
}

const pairOpen = ({ pass, ours, theirs, where }: Key, tables: Tables, terms: Terms): string => `
  insert into pair_rows (movement_id, line_id, cross_day, needs_confirmation, order_no, pass)
  select ${linkColumns(terms)}, '${pass}'
    from ${tables.movements} m join ${tables.lines} l on ${theirs} = ${ours}
   where ${agreeing(terms)} and ${where(tables)}`

// --- numbers that are not one row's own ---------------------------------------------------------------------------------------

const NAME_REPEATED = `insert into repeated_numbers select ${hashOf('unnest($1::text[])')}`

/**
 * Numbers that two payments of one book carry, whichever column they stand in, and whatever came of those rows. They are kept as hashes: a number that
 * shares one with a repeated number is taken for repeated as well, so its row stays open, which costs a little time and nothing else.
 */
const repeatedOrders = (book: string): string => `
  insert into repeated_numbers select hash from (
    select ${hashOf('order_no')} as hash from ${book} where kind = 'payment' and merchant_order_no <> order_no and order_no not like '#%'
    union all
    select ${hashOf('merchant_order_no')} from ${book} where kind = 'payment' and merchant_order_no <> ''
  ) numbers group by 1 having count(*) > 1`

const repeatedTrades = (book: string): string => `
  insert into repeated_numbers
  select ${hashOf('channel_trade_no')} from ${book} where kind = 'payment' and channel_trade_no <> '' group by 1 having count(*) > 1`

/** The longest first; each connection takes the next when it has done one. */
async function findRepeated(connections: Two, books: readonly string[]): Promise<void> {
  const texts = [...books.map(repeatedOrders), ...books.map(repeatedTrades)].values()
  await Promise.all(
    connections.map(async client => {
      for (const text of texts) await client.query(text)
    }),
  )
}

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
  select ${hashOf('number')} from numbers
   where ours > 1 or theirs > 1
      or movement in (select movement from ties group by movement having count(*) > 1)
      or line in (select line from ties group by line having count(*) > 1)`
