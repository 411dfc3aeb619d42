import type pg from 'pg'
import { decide } from '../../matching/decide.ts'
import type { Rules } from '../../rules/rules.ts'
import { readEntries } from '../open_rows.ts'
import type { BusinessDay, SelfCheck } from './day.ts'

/** Pairs that are decided again at each close. */
const SAMPLE = 500

/**
 * Takes a sample of the pairs that the day's runs settled in SQL and lets the pure engine decide their rows alone, from the books as they are. It must
 * give the same pairs. Which ones is drawn by `seed`, so that each close looks at others and a disagreement can be looked at again.
 */
export async function checkSample(
  tx: pg.ClientBase,
  day: BusinessDay,
  rules: Rules,
  at: Date,
  seed: number,
): Promise<SelfCheck> {
  await tx.query('drop table if exists context_movements, context_lines')
  await tx.query(
    `create temporary table context_movements on commit drop as
     with drawn as materialized (
       select m.* from days d join movements m on m.channel = d.channel and m.account = d.account and m.business_date = d.business_date
        where d.id = $1 order by hashint8extended(m.id, $2) limit ${2 * SAMPLE}
     )
     select m.*, k.line_id from drawn m join match_links k on k.order_no = m.order_no and k.movement_id = m.id limit ${SAMPLE}`,
    [day.id, seed],
  )
  await tx.query(
    `create temporary table context_lines on commit drop as
     select l.* from context_movements m join statement_lines l on l.id = m.line_id`,
  )
  const { rows } = await tx.query('select payment_no, line_id from context_movements order by id')
  const payments = await entriesOf(tx, 'context_movements')
  const lines = await entriesOf(tx, 'context_lines')
  const days = [...new Set([...payments, ...lines].map(row => row.day))].sort()
  const outcome = decide({
    payments,
    lines,
    coverage: [{ channel: day.channel, statementGiven: true, statementDays: days, paymentDays: days }],
    rules,
  })
  const lineOf = new Map(
    outcome.matches.flatMap(({ payments: [p], lines: [l], difference, ...more }) =>
      p !== undefined &&
      l !== undefined &&
      difference === 0 &&
      more.flags.every(flag => flag === 'cross_day' || flag === 'needs_confirmation')
        ? [[p, l] as const]
        : [],
    ),
  )
  const disagreements = rows
    .filter(row => lineOf.get(row.payment_no) !== String(row.line_id))
    .map(row => row.payment_no as string)
  return {
    at: at.toISOString(),
    ok: disagreements.length === 0,
    sampled: rows.length,
    disagreements: disagreements.slice(0, 20),
  }
}

const entriesOf = (tx: pg.ClientBase, table: 'context_movements' | 'context_lines') =>
  readEntries(
    tx,
    table,
    id => String(id),
    () => {},
    false,
  )
