import { isBlindPayer, isOpenPayer } from '../../kernel/payer_index.ts'
import type { App } from '../app.ts'
import { beginWork, finishWork, saveWork } from './work_store.ts'

/** The two books, whose payers once stood in plain text. */
export const BOOKS = ['movements', 'statement_lines'] as const

const BATCH = 5000

/**
 * Puts indexes in place of payers in plain text, once, in small transactions; goes on where it was after a stop. Until it has finished no
 * statement is imported: its lines would not be known again.
 */
export async function carryPayers(app: Pick<App, 'db' | 'vault' | 'now'>, signal?: AbortSignal): Promise<void> {
  for (const book of BOOKS) {
    const work = await beginWork(app.db.pool, `${book}.payer`, 'index', app.now())
    if (work.finishedAt) continue
    let after = work.last
    while (!signal?.aborted) {
      const { rows } = await app.db.pool.query(
        `select order_no as "orderNo", id, payer from ${book}
          where ($1::text is null or (order_no, id) > ($1, $2::bigint)) and payer <> '' order by order_no, id limit ${BATCH}`,
        [after?.[0] ?? null, after?.[1] ?? null],
      )
      const last = rows.at(-1)
      if (!last) break
      const plain = rows.filter(row => !isOpenPayer(row.payer) && !isBlindPayer(row.payer))
      const indexes = app.vault.payers(plain.map(row => row.payer))
      after = [last.orderNo, String(last.id)]
      const reached = after
      await app.db.transaction(async tx => {
        await tx.query(
          `update ${book} b set payer = v.payer from unnest($1::text[], $2::bigint[], $3::text[]) as v (order_no, id, payer)
            where b.order_no = v.order_no and b.id = v.id`,
          [plain.map(row => row.orderNo), plain.map(row => row.id), indexes],
        )
        await saveWork(tx, work, reached, plain.length, 0)
      })
    }
    if (signal?.aborted) return
    await finishWork(app.db.pool, work, app.now())
  }
}
