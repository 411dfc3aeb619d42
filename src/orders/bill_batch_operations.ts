import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { type MaskedField, seenBy } from '../access/masking.ts'
import { covers, merchantsOf } from '../access/scope.ts'
import { record } from '../audit/record.ts'
import { businessDayOf } from '../kernel/business_day.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { merchantUnknown } from '../merchants/merchant.ts'
import { findMerchant } from '../merchants/store.ts'
import type { ToPayer } from '../notices/message.ts'
import { enqueue } from '../notices/store.ts'
import type { App } from '../system/app.ts'
import { askDigest, idReused } from '../system/ask_digest.ts'
import { once } from '../system/requests.ts'
import type { Vault } from '../system/vault/vault.ts'
import { BillChecker, type BillProblem, type BillRow } from './bill_batch.ts'
import type { BillBatchHead, BillBatchIssue, BillBatchQuery, BillBatchView } from './bill_batch_api.ts'
import { BILL_COLUMNS, type BillColumn, readHeader } from './bill_batch_columns.ts'
import { type BillFile, readBillFile } from './bill_batch_file.ts'
import * as store from './bill_batch_store.ts'
import { expectedText, problemsCsv, problemText } from './bill_batch_text.ts'
import { toPayer } from './messages.ts'

export type BillFileAsk = {
  /** The request's id, and the batch's from now on. */
  readonly id: string
  readonly path: string
  /** As the reader of a message knows the file. */
  readonly name: string
  /** All bills must be of this merchant; null: any. */
  readonly merchantNo: string | null
}

/** A batch that was checked may be issued for so long. */
const KEPT_DAYS = 7
const CHUNK = 2_000
const PROBLEMS_SHOWN = 200
const CALENDAR = { zone: 'Asia/Shanghai', cutoff: '00:00' }

/**
 * 预检: checks a file of bills as a whole and issues nothing. All that is wrong in its rows is in the report; a batch without
 * errors waits to be issued. The same id with the same file gives the first report.
 * Throws what `readBillFile` and `readHeader` throw, merchant_unknown, id_reused.
 */
export async function checkBillBatch(app: App, actor: Actor, ask: BillFileAsk): Promise<BillBatchView> {
  const { merchantNo } = ask
  const scope = actor.scopeOf('order.issue')
  const merchant = merchantNo === null ? null : await findMerchant(app.db.pool, merchantNo)
  if (merchantNo !== null && (!merchant || !covers(scope, { merchant: merchantNo }))) throw merchantUnknown(merchantNo)
  const file = await readBillFile(ask.path, ask.name)
  const same = (batch: store.BillBatch): BillBatchView => {
    if (batch.sm3 !== file.sm3 || batch.merchantNo !== (merchantNo ?? '')) throw idReused(ask.id)
    return viewOf(batch, actor)
  }
  const earlier = await store.findBatch(app.db.pool, app.vault, ask.id)
  if (earlier) return same(earlier)
  const at = app.now()
  const checker = new BillChecker({
    items: await store.billableItems(app.db.pool, scope),
    merchantNo,
    today: businessDayOf(CALENDAR)(at.getTime()),
  })
  const remarks = await checkRows(checker, ask.name, file)
  const problems = [...remarks, ...checker.problems, ...(await askTheBook(app, file, checker.rows))]
  problems.sort((a, b) => a.row - b.row)
  const errors = problems.filter(problem => problem.severity === 'error').length
  const batch: store.BillBatch = {
    id: ask.id,
    name: ask.name,
    sm3: file.sm3,
    bytes: file.bytes,
    merchantNo: merchantNo ?? '',
    merchants: [...new Set(checker.rows.map(row => row.merchantNo))].sort(),
    state: errors > 0 ? 'refused' : 'checked',
    records: checker.records,
    totals: [...checker.totals.values()].map(total => ({ ...total, amount: String(total.amount) })),
    errors,
    warnings: problems.length - errors,
    problems,
    checkedBy: actor.id,
    checkedAt: at,
    issuedBy: '',
    issuedAt: null,
  }
  const waiting = errors > 0 ? [] : await withDigests(checker.rows)
  const kept = await app.db.transaction(async tx => {
    if (!(await store.insertBatch(tx, app.vault, batch))) return false
    await store.keepRows(tx, app.vault, ask.id, waiting)
    await record(tx, at, actor, [{ what: 'bill_batch.check', object: batchObject(ask.id), after: summaryOf(batch) }])
    return true
  })
  return kept ? viewOf(batch, actor) : same((await store.findBatch(app.db.pool, app.vault, ask.id)) as store.BillBatch)
}

/**
 * Issues a checked batch, wholly or not at all, in one transaction. Issued already, it is the same answer; then or now, `sm3`
 * and `bills` must be those of the report. Throws batch_unknown, batch_differs, batch_refused, batch_expired, batch_stale,
 * id_reused.
 */
export async function issueBillBatch(
  app: App,
  actor: Actor,
  batchId: string,
  ask: BillBatchIssue,
): Promise<BillBatchHead> {
  const at = app.now()
  const { id, ...rest } = ask
  const body = { ...rest, notify: rest.notify ?? false, batch_id: batchId }
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'issue_bill_batch', body, actor: actor.id, at }, async () => {
      const batch = await store.lockBatch(tx, app.vault, batchId)
      if (!batch || !visible(batch, actor, 'order.issue')) throw batchUnknown(batchId)
      const bills = countOf(batch)
      if (batch.sm3 !== ask.sm3 || bills !== ask.bills) throw batchDiffers(batch, bills)
      if (batch.state === 'issued') return headOf(batch)
      if (batch.state !== 'checked') throw notIssuable(batch)
      if (ask.notify) await tellPayers(tx, app.vault, batchId, at)
      if ((await store.issueRows(tx, batchId, at)) !== bills) throw await stale(tx, batchId)
      await store.markIssued(tx, batchId, actor.id, at)
      await record(tx, at, actor, [
        {
          what: 'bill_batch.issue',
          object: batchObject(batchId),
          before: { state: batch.state },
          after: { ...summaryOf(batch), state: 'issued', notify: ask.notify ?? false },
        },
      ])
      return headOf({ ...batch, state: 'issued', issuedBy: actor.id, issuedAt: at })
    }),
  )
}

export async function readBillBatch(app: App, actor: Actor, batchId: string): Promise<BillBatchView> {
  return viewOf(await batchOf(app, actor, batchId), actor)
}

/** The batch of a file: the one that issued it, else the one checked last. Throws batch_unchecked. */
export async function batchOfFile(app: App, path: string, name: string): Promise<BillBatchHead> {
  const { sm3 } = await readBillFile(path, name)
  const batch = await store.findBatchOfFile(app.db.pool, app.vault, sm3)
  if (batch) return headOf(batch)
  throw new Failure(
    'batch_unchecked',
    {
      zh: `文件“${name}”还没有预检（或预检后有改动）：请先 fzpay bills check`,
      en: `File "${name}" was not checked yet, or was changed since: check it first with fzpay bills check`,
    },
    { file: name, sm3 },
  )
}

export async function readBillBatches(
  app: App,
  actor: Actor,
  query: BillBatchQuery,
): Promise<{ batches: BillBatchHead[] }> {
  const before = query.before === undefined ? new Date(app.now().getTime() + 1) : new Date(query.before)
  const within = { merchants: merchantsOf(actor.scopeOf('order.read')), by: actor.id }
  return { batches: (await store.listBatches(app.db.pool, within, before, query.limit ?? 50)).map(headOf) }
}

/** All problems of a batch as CSV, piece by piece. */
export async function readBillProblems(app: App, actor: Actor, batchId: string, lang: Lang): Promise<Iterable<string>> {
  return problemsCsv(problemsSeenBy(await batchOf(app, actor, batchId), actor), lang)
}

/** Forgets what was checked and not issued for a week; for a job. The answer is how many batches. */
export function forgetBillBatches(app: App): Promise<number> {
  const before = new Date(app.now().getTime() - KEPT_DAYS * 86_400_000)
  return app.db.transaction(tx => store.expireBatches(tx, before))
}

/** Feeds the checker; the answer is what there is to say of the header. */
async function checkRows(checker: BillChecker, name: string, file: BillFile): Promise<BillProblem[]> {
  const header = readHeader(name, file.header.row, file.header.cells)
  for (const [i, { row, cells }] of file.rows.entries()) {
    checker.take(row, cells && cellsOf(header.at, cells), cells ? extraOf(cells, header.width) : '')
    if (i % CHUNK === CHUNK - 1) await setImmediate()
  }
  return header.ignored.map(found => ({
    row: file.header.row,
    column: null,
    severity: 'warning',
    code: 'column_ignored',
    found: found.slice(0, 60),
    expected: '',
  }))
}

function cellsOf(at: Readonly<Record<BillColumn, number>>, cells: readonly string[]): Record<BillColumn, string> {
  const named = {} as Record<BillColumn, string>
  for (const column of BILL_COLUMNS) named[column] = (cells[at[column]] ?? '').trim()
  return named
}

/** What stands behind the last column of the header. */
const extraOf = (cells: readonly string[], width: number): string =>
  cells.length <= width
    ? ''
    : cells
        .slice(width)
        .join(',')
        .replace(/^[,\s]+$/, '')

async function askTheBook(
  { db: { pool: db }, vault }: App,
  file: BillFile,
  bills: readonly BillRow[],
): Promise<BillProblem[]> {
  const batch = await store.issuedBefore(db, file.sm3)
  if (batch !== null)
    return [{ row: 1, column: null, severity: 'error', code: 'file_issued', found: '', expected: batch }]
  const problems: BillProblem[] = []
  for (let at = 0; at < bills.length; at += CHUNK * 5) {
    const chunk = bills.slice(at, at + CHUNK * 5)
    const taken = await store.takenNumbers(
      db,
      chunk.map(bill => bill.orderNo),
    )
    for (const { row, orderNo } of chunk)
      if (taken.has(orderNo))
        problems.push({
          row,
          column: 'order_no',
          severity: 'error',
          code: 'order_no_taken',
          found: orderNo,
          expected: '',
        })
    const free = chunk.filter(bill => !taken.has(bill.orderNo))
    const accounts = new Map(free.map(bill => [bill.row, bill.accountNo]))
    for (const { row, orderNo } of await store.billedBefore(db, vault, free))
      problems.push({
        row,
        column: 'account_no',
        severity: 'warning',
        code: 'like_existing',
        found: accounts.get(row) ?? '',
        expected: orderNo,
      })
  }
  return problems
}

/** The digest that one bill issued by the API would have, so that the same bill once more is recognised. */
async function withDigests(bills: readonly BillRow[]): Promise<store.WaitingBill[]> {
  const waiting: store.WaitingBill[] = []
  for (const [i, bill] of bills.entries()) {
    const { row, ...ask } = bill
    waiting.push({ ...bill, askSm3: askDigest(ask) })
    if (i % CHUNK === CHUNK - 1) await setImmediate()
  }
  return waiting
}

async function tellPayers(tx: pg.ClientBase, vault: Vault, batchId: string, at: Date): Promise<void> {
  for (let after = -1; ; ) {
    const bills = await store.billsToTell(tx, batchId, after, CHUNK)
    const last = bills.at(-1)
    if (!last) return
    after = last.row
    await enqueue(tx, vault, bills.flatMap(billMessages), at)
  }
}

const billMessages = (bill: store.TellBill): ToPayer[] =>
  toPayer(bill, `bill:${bill.orderNo}`, 'bill_issued', {
    merchant: bill.merchant,
    title: bill.title,
    order_no: bill.orderNo,
    amount: formatMinor(bill.amount, bill.currency),
    currency: bill.currency,
    due_on: bill.dueOn ?? '',
  })

// --- views -------------------------------------------------------------------------------------------------------------

const countOf = ({ totals }: Pick<store.BillBatch, 'totals'>): number =>
  totals.reduce((sum, total) => sum + total.count, 0)

function headOf(batch: store.BatchListed): BillBatchHead {
  const sums = new Map<string, { count: number; amount: bigint }>()
  for (const { currency, count, amount } of batch.totals) {
    const sum = sums.get(currency) ?? { count: 0, amount: 0n }
    sums.set(currency, { count: sum.count + count, amount: sum.amount + BigInt(amount) })
  }
  return {
    batch_id: batch.id,
    file: batch.name,
    bytes: batch.bytes,
    sm3: batch.sm3,
    merchant_no: batch.merchantNo || null,
    state: batch.state,
    records: batch.records,
    bills: countOf(batch),
    totals: [...sums].map(([currency, { count, amount }]) => ({
      currency,
      count,
      amount: formatMinor(amount, currency),
    })),
    by_fee_item: batch.totals.map(({ feeItemId, name, currency, count, amount }) => ({
      fee_item_id: feeItemId,
      name,
      currency,
      count,
      amount: formatMinor(BigInt(amount), currency),
    })),
    errors: batch.errors,
    warnings: batch.warnings,
    checked_by: batch.checkedBy,
    checked_at: batch.checkedAt.toISOString(),
    issued_by: batch.issuedBy || null,
    issued_at: batch.issuedAt?.toISOString() ?? null,
  }
}

/** Columns of a file of bills that name people. In a row whose cells are shifted any other column may hold a number of theirs. */
const PERSONAL: Readonly<Record<string, MaskedField>> = {
  payer_name: 'payer_name',
  phone: 'phone',
  email: 'email',
}

/** Quotes of the file as this actor may see them: whoever brought it knows what is in it and has to mend it, for the others people are masked. */
function problemsSeenBy(batch: store.BillBatch, actor: Actor): BillProblem[] {
  if (batch.checkedBy === actor.id) return [...batch.problems]
  return batch.problems.map(problem => {
    const field = PERSONAL[problem.column ?? ''] ?? 'account_no'
    return { ...problem, found: seenBy(actor, field, problem.found) }
  })
}

const viewOf = (batch: store.BillBatch, actor: Actor): BillBatchView => ({
  ...headOf(batch),
  problems: problemsSeenBy(batch, actor)
    .slice(0, PROBLEMS_SHOWN)
    .map(problem => ({
      row: problem.row,
      column: problem.column,
      severity: problem.severity,
      code: problem.code,
      found: problem.found,
      expected: expectedText(problem),
      ...problemText(problem),
    })),
})

// --- refusals ------------------------------------------------------------------------------------------------------------

const batchObject = (id: string) => ({ kind: 'bill_batch', id })

/** What the log keeps of a batch: the file by its digest, counts and sums; no bill of it. */
const summaryOf = (batch: store.BillBatch) => ({
  file: batch.name,
  sm3: batch.sm3,
  state: batch.state,
  records: batch.records,
  errors: batch.errors,
  merchants: batch.merchants,
  totals: batch.totals,
})

/** One's own, and those whose merchants all lie in the scope. */
function visible(
  batch: Pick<store.BillBatch, 'merchants' | 'checkedBy'>,
  actor: Actor,
  permission: 'order.read' | 'order.issue',
): boolean {
  const merchants = merchantsOf(actor.scopeOf(permission))
  if (merchants === null || batch.checkedBy === actor.id) return true
  return batch.merchants.length > 0 && batch.merchants.every(merchant => merchants.includes(merchant))
}

async function batchOf(app: App, actor: Actor, batchId: string): Promise<store.BillBatch> {
  const batch = await store.findBatch(app.db.pool, app.vault, batchId)
  if (!batch || !visible(batch, actor, 'order.read')) throw batchUnknown(batchId)
  return batch
}

const batchUnknown = (batchId: string): Failure =>
  new Failure(
    'batch_unknown',
    {
      zh: `没有账单批次 ${batchId}：请先上传文件预检`,
      en: `There is no bill batch ${batchId}: upload the file for its check first`,
    },
    { batch_id: batchId },
  )

const batchDiffers = (batch: store.BillBatch, bills: number): Failure =>
  new Failure(
    'batch_differs',
    {
      zh: `批次 ${batch.id} 是 ${bills} 张账单、SM3 为 ${batch.sm3.slice(0, 16)}… 的文件，与确认的不一致：请重新查看预检报告后确认`,
      en: `Batch ${batch.id} is a file of ${bills} bills with SM3 ${batch.sm3.slice(0, 16)}…, not the one that was confirmed: look at its report again`,
    },
    { batch_id: batch.id, sm3: batch.sm3, bills },
  )

const notIssuable = (batch: store.BillBatch): Failure =>
  batch.state === 'refused'
    ? new Failure(
        'batch_refused',
        {
          zh: `批次 ${batch.id} 有 ${batch.errors} 个错误，未开单：请按错误清单修改文件后重新上传`,
          en: `Batch ${batch.id} has ${batch.errors} errors and cannot be issued: mend the file by its error list and upload it again`,
        },
        { batch_id: batch.id, errors: batch.errors },
      )
    : new Failure(
        'batch_expired',
        {
          zh: `批次 ${batch.id} 预检后 ${KEPT_DAYS} 天内未开单，已失效：请重新上传`,
          en: `Batch ${batch.id} was not issued within ${KEPT_DAYS} days of its check: upload it again`,
        },
        { batch_id: batch.id },
      )

async function stale(tx: pg.ClientBase, batchId: string): Promise<Failure> {
  const found = await store.hindrances(tx, batchId, 20)
  const [first] = found
  const why = first?.taken
    ? { zh: `缴费单号 ${first.orderNo} 已被占用`, en: `order number ${first.orderNo} is taken` }
    : { zh: `缴费项目 ${first?.feeItemId} 已暂停或停用`, en: `fee item ${first?.feeItemId} is suspended or retired` }
  return new Failure(
    'batch_stale',
    {
      zh: `批次 ${batchId} 预检之后情况有变，未开单（第 ${first?.row} 行：${why.zh}）：请重新上传预检`,
      en: `Since batch ${batchId} was checked things have changed, and nothing was issued (row ${first?.row}: ${why.en}): upload it for a new check`,
    },
    {
      batch_id: batchId,
      rows: found.map(({ row, orderNo, feeItemId, taken }) => ({
        row,
        order_no: orderNo,
        fee_item_id: feeItemId,
        taken,
      })),
    },
  )
}
