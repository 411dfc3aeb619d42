import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../testkit/database.ts'
import type { Database } from '../../system/database.ts'
import { countPlaces } from './count_places.ts'

/** Ids of both books: of the day, and of another day. */
const OF_DAY = [1, 2, 3, 4]
const OF_OTHER = [5, 6]
const IDS = [...OF_DAY, ...OF_OTHER]
const DAY = { id: 1, channel: 'bank', account: 'a', day: '2026-11-20' }
/** Runs by number: the day's two, one of the day before, one of a day long ago, one of another account. */
const NEAR = [1, 2, 3]
const RUNS = [...NEAR, 4, 5]

type Row = {
  readonly late: boolean
  /** A live place, one that was given up, or none. */
  readonly group: boolean | null
  readonly discrepancy: boolean | null
}
type Ours = Row & { readonly link: { readonly run: number; readonly line: number } | null }
type Theirs = Row & { readonly superseded: boolean; readonly payout: boolean }

const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
const place = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.boolean() })
const row = { late: seldom, group: place, discrepancy: place }
const of = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: IDS.length, maxLength: IDS.length })
const books = fc.record({
  ours: of(
    fc.record<Ours>({
      ...row,
      link: fc.option(fc.record({ run: fc.constantFrom(1, 1, 1, ...RUNS), line: fc.constantFrom(...IDS) })),
    }),
  ),
  theirs: of(fc.record<Theirs>({ ...row, superseded: seldom, payout: seldom })),
})

test('rows of a day without a place and places that are too many are counted, wherever their places are', async t => {
  const db = await testDatabase(t)
  const client = await db.connect()
  t.after(() => client.end())
  // Groups, discrepancies and files themselves do not matter here.
  await client.query(`set session_replication_role = replica;
    insert into days (id, channel, account, business_date, closes_at, opened_at) overriding system value values
      (1, 'bank', 'a', '2026-11-20', now(), now()), (2, 'bank', 'a', '2026-11-19', now(), now()), (3, 'bank', 'a', '2026-09-01', now(), now()),
      (4, 'bank', 'b', '2026-11-20', now(), now());
    insert into runs (id, day_id, rules, started_at) overriding system value
    select run, day, 1, now() from (values (1, 1), (2, 1), (3, 2), (4, 3), (5, 4)) r (run, day)`)
  await fc.assert(
    fc.asyncProperty(books, async ({ ours, theirs }) => {
      await client.query('begin')
      try {
        await fill(client, ours, theirs)
        assert.deepEqual(await countPlaces(client, DAY), expected(ours, theirs))
      } finally {
        await client.query('rollback')
      }
    }),
    { numRuns: Number(process.env.FZPAY_RUNS ?? 150) },
  )
})

/** By the meaning of the words, row by row. */
function expected(ours: readonly Ours[], theirs: readonly Theirs[]) {
  const counts = (row: Row, i: number): boolean => i < OF_DAY.length || row.late
  const others = (row: Row): number => Number(row.group === true) + Number(row.discrepancy === true)
  const links = ours.flatMap(({ link }) => (link && NEAR.includes(link.run) ? [link.line] : []))
  const ofOurs = ours
    .filter(counts)
    .map(each => Number(each.link !== null && NEAR.includes(each.link.run)) + others(each))
  const ofTheirs = theirs.flatMap((each, i) =>
    counts(each, i) && !each.superseded
      ? [links.filter(line => line === IDS[i]).length + others(each) + Number(each.payout)]
      : [],
  )
  const having = (places: readonly number[], fits: (places: number) => boolean) => places.filter(fits).length
  return {
    ours: ofOurs.length,
    theirs: ofTheirs.length,
    unplacedOurs: having(ofOurs, places => places === 0),
    unplacedTheirs: having(ofTheirs, places => places === 0),
    doublyPlaced: [...ofOurs, ...ofTheirs].reduce((sum, places) => sum + Math.max(0, places - 1), 0),
  }
}

async function fill(
  client: Awaited<ReturnType<Database['connect']>>,
  ours: readonly Ours[],
  theirs: readonly Theirs[],
): Promise<void> {
  const nth = (fits: readonly boolean[]): number[] => IDS.filter((_, i) => fits[i])
  const both = [
    { side: 'ours', letter: 'O', rows: ours as readonly Row[] },
    { side: 'theirs', letter: 'L', rows: theirs as readonly Row[] },
  ]
  await client.query(
    `insert into movements (id, payment_no, order_no, kind, status, channel, account, amount, currency, business_date)
     select id, 'P' || id, 'O' || id, 'payment', 'success', 'bank', 'a', 100, 'CNY', case when id = any($1) then date '2026-11-20' else '2026-11-19' end
       from unnest($2::bigint[]) id`,
    [OF_DAY, IDS],
  )
  await client.query(
    `insert into statement_lines (id, order_no, kind, status, channel, account, amount, currency, business_date)
     select id, 'L' || id, 'payment', 'success', 'bank', 'a', 100, 'CNY', case when id = any($1) then date '2026-11-20' else '2026-11-19' end
       from unnest($2::bigint[]) id`,
    [OF_DAY, IDS],
  )
  for (const [i, { link }] of ours.entries())
    if (link)
      await client.query(
        `insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run) values ('O' || $1::bigint, $1, $2, 'trade_no', false, false, $3)`,
        [IDS[i], link.line, link.run],
      )
  for (const { side, letter, rows } of both) {
    await client.query(
      `insert into late_rows (side, order_no, row_id, day_id) select $1, $2 || id, id, 1 from unnest($3::bigint[]) id where id <> all($4)`,
      [side, letter, nth(rows.map(({ late }) => late)), OF_DAY],
    )
    for (const [table, of, key] of [
      ['match_rows', 'group', 'group_id'],
      ['discrepancy_rows', 'discrepancy', 'discrepancy_id'],
    ] as const)
      for (const live of [true, false])
        await client.query(
          `insert into ${table} (${key}, side, order_no, row_id, day_id, moved, currency, live)
           select 1, $1, $2 || id, id, 1, 100, 'CNY', $3 from unnest($4::bigint[]) id`,
          [side, letter, live, nth(rows.map(row => row[of] === live))],
        )
  }
  await client.query(
    `insert into superseded_lines (order_no, line_id, by_file, at) select 'L' || id, id, 1, now() from unnest($1::bigint[]) id`,
    [nth(theirs.map(({ superseded }) => superseded))],
  )
  await client.query(
    `insert into payout_lines (order_no, line_id, bank, day_id, paid_on, moved, currency, accounts, recognised_at)
     select 'L' || id, id, 'icbc', 1, '2026-11-20', 100, 'CNY', '{a}', now() from unnest($1::bigint[]) id`,
    [nth(theirs.map(({ payout }) => payout))],
  )
}
