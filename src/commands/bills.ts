import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename } from 'node:path'
import { type Actor, shellActor } from '../access/actor.ts'
import { parseWords, refusal, type Words } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'
import type { BillBatchHead, BillBatchView } from '../orders/bill_batch_api.ts'
import { batchOfFile, checkBillBatch, issueBillBatch, readBillProblems } from '../orders/bill_batch_operations.ts'
import type { App } from '../system/app.ts'
import { wholeFile } from '../system/whole_file.ts'
import { withCommandApp } from './command_app.ts'

const OPTIONS = { flags: ['json', 'notify'], single: ['merchant', 'errors', 'by', 'lang'], many: [] }

const SHOWN = 20

/** `fzpay bills check FILE` and `fzpay bills issue FILE`: a file of bills is checked, and then issued as it was checked. */
export async function billsCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, OPTIONS)
  const [action = '', path] = words.operands
  if ((action !== 'check' && action !== 'issue') || path === undefined || words.operands.length > 2)
    throw refusal(
      'bills_action',
      '用法：fzpay bills check FILE [--merchant NO] [--errors FILE.csv] | issue FILE [--notify]',
      'usage: fzpay bills check FILE [--merchant NO] [--errors FILE.csv] | issue FILE [--notify]',
    )
  await withCommandApp(lang, async app => {
    const by = shellActor(words.values.get('by')?.[0] ?? userInfo().username)
    const answer = action === 'check' ? await check(app, by, path, words, lang) : await issue(app, by, path, words)
    const text = words.flags.has('json') ? JSON.stringify(answer) : render(answer, lang)
    process.stdout.write(`${text}\n`)
  })
}

async function check(app: App, by: Actor, path: string, words: Words, lang: Lang): Promise<BillBatchView> {
  const merchantNo = words.values.get('merchant')?.[0] ?? null
  const batch = await checkBillBatch(app, by, { id: app.newId(), path, name: basename(path), merchantNo })
  const errors = words.values.get('errors')?.[0]
  if (errors !== undefined) await writeErrors(app, by, batch.batch_id, errors, lang)
  return batch
}

async function writeErrors(app: App, by: Actor, batchId: string, path: string, lang: Lang): Promise<void> {
  const file = wholeFile(path)
  try {
    writeFileSync(file.draft, [...(await readBillProblems(app, by, batchId, lang))].join(''))
    await file.finish()
  } catch (error) {
    await file.abandon()
    throw refusal(
      'file_unwritable',
      `无法写入 ${path}（${(error as NodeJS.ErrnoException).code}）：请检查路径与权限`,
      `${path} cannot be written (${(error as NodeJS.ErrnoException).code}): check the path and its permissions`,
    )
  }
}

/** The request's id follows from the batch: however often the command is repeated, it is one request. */
async function issue(app: App, by: Actor, path: string, words: Words): Promise<BillBatchHead> {
  const batch = await batchOfFile(app, path, basename(path))
  const notify = words.flags.has('notify')
  const id = createHash('sm3').update(`issue ${batch.batch_id} ${notify}`).digest('hex').slice(0, 40)
  return await issueBillBatch(app, by, batch.batch_id, { id, sm3: batch.sm3, bills: batch.bills, notify })
}

function render(batch: BillBatchHead & { problems?: BillBatchView['problems'] }, lang: Lang): string {
  const zh = lang === 'zh'
  const verdict = {
    checked: zh ? '✔ 可以开单：fzpay bills issue FILE' : '✔ can be issued: fzpay bills issue FILE',
    refused: zh ? '✘ 不能开单：请改正以下错误后重新预检' : '✘ cannot be issued: mend the errors and check again',
    issued: zh ? '✔ 已开单' : '✔ issued',
    expired: zh ? '✘ 预检已过期，请重新预检' : '✘ the check has expired; check again',
  }[batch.state]
  const counts = zh
    ? `${batch.file}  共 ${batch.records} 行，${batch.bills} 张账单，${batch.errors} 个错误，${batch.warnings} 个提醒`
    : `${batch.file}  ${batch.records} rows, ${batch.bills} bills, ${batch.errors} errors, ${batch.warnings} warnings`
  const sums = batch.by_fee_item.map(
    item =>
      `  ${item.fee_item_id}  ${item.name}  ${item.count} ${zh ? '张' : 'bills'}  ${item.amount} ${item.currency}`,
  )
  const totals = batch.totals.map(
    total => `  ${zh ? '合计' : 'total'}  ${total.count} ${zh ? '张' : 'bills'}  ${total.amount} ${total.currency}`,
  )
  const problems = (batch.problems ?? [])
    .slice(0, SHOWN)
    .map(
      problem =>
        `  ${problem.severity === 'error' ? '✘' : '!'} ${zh ? `第 ${problem.row} 行：${problem.zh}` : `row ${problem.row}: ${problem.en}`}`,
    )
  const more = batch.errors + batch.warnings - problems.length
  const rest =
    batch.problems && more > 0
      ? [zh ? `  … 还有 ${more} 个，用 --errors FILE.csv 取全部` : `  … and ${more} more; --errors FILE.csv gives all`]
      : []
  return [
    `${counts}`,
    verdict,
    ...problems,
    ...rest,
    ...sums,
    ...totals,
    `${zh ? '批次' : 'batch'}  ${batch.batch_id}`,
  ].join('\n')
}
