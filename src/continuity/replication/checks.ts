import { setTimeout as sleep } from 'node:timers/promises'
import type { ExportedRoot } from '../../audit/root.ts'
import { lastBlock } from '../../audit/store.ts'
import { verify } from '../../audit/verify.ts'
import type { Check } from '../drill.ts'
import { bookRows, creditsDiffering } from '../store.ts'
import type { Clerk } from '../traffic/clerk.ts'
import type { Stage } from '../traffic/stage.ts'
import type { Watcher } from '../traffic/watcher.ts'
import type { Centres } from './centres.ts'

export type After = {
  readonly stage: Stage
  readonly centres: Centres
  readonly clerk: Clerk
  readonly watcher: Watcher
  /** Notices that were never taken. */
  readonly untaken: number
  readonly root: ExportedRoot
  readonly backAt: number | null
  /** Payments that were lost with the primary, and may have been found again by asking the channels. */
  readonly lost: readonly string[]
}

/** How long a page or a job may take to catch up. */
const SOON_MS = 20_000

/** What must hold when the traffic has ended. */
export async function checkAfter(after: After): Promise<Check[]> {
  const { clerk, watcher, untaken, stage } = after
  const told = await soon(async () => watcher.told())
  const sealed = await soon(async () => (await lastSealed(stage)) > (after.backAt ?? Number.POSITIVE_INFINITY))
  return [
    await books(after),
    await log(after),
    {
      what: { zh: '通知全部被接收', en: 'every notice was taken in the end' },
      holds: untaken === 0,
      detail: { zh: untaken === 0 ? '' : `${untaken} 条未接收`, en: untaken === 0 ? '' : `${untaken} were not` },
    },
    {
      what: { zh: '切换期间客户端得到明确的可重试答复', en: 'clients got a clear answer to try again' },
      holds: clerk.unclear.length === 0,
      detail: both(JSON.stringify(clerk.unclear.slice(0, 3)).replace(/^\[\]$/, '')),
    },
    {
      what: { zh: '后台任务自行继续', en: 'background jobs went on by themselves' },
      holds: sealed,
      detail: both(''),
    },
    {
      what: { zh: '损坏前打开的进度页自行继续', en: 'a page opened before the damage went on by itself' },
      holds: told,
      detail: both(''),
    },
    {
      what: { zh: '平台没有重新启动', en: 'the platform was not started again' },
      holds: stage.platform.starts() === 1,
      detail: both(''),
    },
  ]
}

/** Row by row and to the 分: each payment of the channels once in our book, but for what was lost; and nothing that they do not have. */
export async function books({ stage, lost }: Pick<After, 'stage' | 'lost'>): Promise<Check> {
  const ours = new Map((await bookRows(stage.db.pool)).map(row => [row.no, row]))
  const gone = new Set(lost)
  const wrong: string[] = []
  let paid = 0
  for (const order of stage.sandbox.book.orders.values()) {
    if (order.state !== 'paid') continue
    paid++
    const row = ours.get(order.no)
    const right = row?.times === 1 && row.amount === order.paid && row.channel === order.channel
    if (!right && !(row === undefined && gone.has(order.no))) wrong.push(order.no)
    ours.delete(order.no)
  }
  wrong.push(...ours.keys(), ...(await creditsDiffering(stage.db.pool, lost)))
  return {
    what: {
      zh: '账本与渠道逐笔一致，缴费单入账与流水一致',
      en: 'our book equals the channels’, and bills are credited what moved',
    },
    holds: wrong.length === 0 && paid > 0,
    detail: both(wrong.length === 0 ? `${paid}` : wrong.slice(0, 5).join(' ')),
  }
}

export async function log({ stage, root }: Pick<After, 'stage' | 'root'>): Promise<Check> {
  const { findings, entries, blocks } = await verify(stage.db, root)
  return {
    what: {
      zh: '操作日志完整，与事前导出的根一致',
      en: 'the operation log is whole, and agrees with the root given out before',
    },
    holds: findings.length === 0,
    detail:
      findings.length === 0
        ? { zh: `${entries} 条，${blocks} 块`, en: `${entries} entries in ${blocks} blocks` }
        : both(JSON.stringify(findings.slice(0, 3))),
  }
}

const lastSealed = async ({ db }: Stage): Promise<number> => {
  const last = await lastBlock(db.pool)
  return last === null ? 0 : new Date(last.sealedAt).getTime()
}

async function soon(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + SOON_MS; performance.now() < end; await sleep(100))
    if (await holds()) return true
  return false
}

const both = (text: string): Check['detail'] => ({ zh: text, en: text })
