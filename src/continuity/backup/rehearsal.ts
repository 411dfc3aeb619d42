import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SealedColumn } from '../../system/vault/columns.ts'
import { localKey, MASTER_KEY_BYTES } from '../../system/vault/master_key.ts'
import { type Check, type DrillAsk, type Findings, lostSpan, type Text } from '../drill.ts'
import { seeded } from '../replication/chance.ts'
import { books, log } from '../replication/checks.ts'
import { Node } from '../replication/node.ts'
import { billsMissing, paymentsMissing } from '../store.ts'
import { type Clerk, startClerk } from '../traffic/clerk.ts'
import { beginPayments, type PaymentTraffic, payOnSchedule, plan } from '../traffic/payments.ts'
import { exportedRoot, openStage, type Stage } from '../traffic/stage.ts'
import type { Holders } from './envelope.ts'
import { folderRepository } from './folder_repository.ts'
import { listBases } from './manifest.ts'
import type { Repository } from './repository.ts'
import { type RestoreReport, restore } from './restore.ts'

/** What is committed lies in the repository so many seconds later. */
export const WAL_SECONDS = 1
const BASE_MS = 120_000
const DRAIN_MS = 60_000
/** Payments begun beforehand last for the outage as well. */
const OUTAGE_S = 40

/** One database with a platform over it that looks after its backups itself, and people who pay and issue bills. */
export type Rehearsal = {
  readonly ask: DrillAsk
  readonly node: Node
  readonly stage: Stage
  readonly clerk: Clerk
  readonly traffic: PaymentTraffic
  readonly repository: Repository
  readonly note: (what: Text) => void
  readonly check: (check: Check) => void
  readonly figure: (what: Text, value: string) => void
  /** The moment of the damage. */
  readonly damageNow: () => void
  /** Restores to `target` into a new folder below the drill's. */
  readonly restoreTo: (target: Date | null, folder: string) => Promise<RestoreReport>
  /** What was acknowledged and is not in the database that counts now. */
  readonly lookUp: (db: Parameters<typeof paymentsMissing>[0], until?: number) => Promise<Lost>
}

export type Lost = {
  readonly numbers: readonly string[]
  readonly payments: readonly string[]
  readonly acknowledged: number
  /** When each of it was acknowledged. */
  readonly times: readonly number[]
}

/** What a damage ended with. Times in epoch milliseconds; null: never. */
export type Outcome = { readonly backAt: number | null; readonly lost: Lost }

/** Sets it all up, plays traffic, has `act` do the damage and mend it, and looks everything up. */
export async function rehearse(
  ask: DrillAsk,
  aims: Findings['aims'],
  columns: readonly SealedColumn[],
  act: (rehearsal: Rehearsal) => Promise<Outcome>,
): Promise<Findings> {
  const { folder, rate, seconds, tell } = ask
  const happened: { at: number; what: Text }[] = []
  const [checks, figures]: [Check[], { what: Text; value: string }[]] = [[], []]
  const note = (what: Text): void => {
    happened.push({ at: Date.now(), what })
    tell(what)
  }
  const masterKey = randomBytes(MASTER_KEY_BYTES)
  const holders: Holders = [localKey(masterKey)]
  const repository = folderRepository(join(folder, 'repository'))
  const node = await Node.make('main', folder, false)
  let stage: Stage | undefined
  let running: { clerk: Clerk; traffic: PaymentTraffic } | undefined
  let damagedAt = 0
  try {
    tell({ zh: '建立数据库和平台', en: 'setting up database and platform' })
    await node.start()
    const backup = { folder: join(folder, 'repository'), wal_seconds: WAL_SECONDS }
    const masterKeyText = masterKey.toString('hex')
    // The database goes away for as long as a restore takes; connections wait for the next one.
    const url = `${node.urlAt(node.port)}?target_session_attrs=read-write`
    stage = await openStage(join(folder, 'platform'), url, {
      config: { backup },
      masterKey: masterKeyText,
    })
    await madeBase(repository)
    note({ zh: '平台已自行完成第一份基础备份', en: 'the platform has made its first base backup by itself' })
    const count = rate * (seconds * 2 + OUTAGE_S)
    tell({
      zh: `开立 ${count} 笔缴费，预先签好渠道通知`,
      en: `beginning ${count} payments, and signing the channels’ notices ahead`,
    })
    const payments = await beginPayments(stage, count, seeded(ask.seed))
    const root = await exportedRoot(stage)
    const schedule = await plan(stage, payments, rate)
    running = { clerk: startClerk(stage), traffic: await payOnSchedule(stage, schedule) }
    const { clerk, traffic } = running
    await sleep(seconds * 1000)
    const restoreTo = async (target: Date | null, into: string): Promise<RestoreReport> => {
      const report = await restore({
        repository,
        holders,
        into,
        target,
        base: null,
        columns,
        now: () => new Date(),
        say: tell,
      })
      checks.push(...report.checks)
      return report
    }
    const { backAt, lost } = await act({
      ask,
      node,
      stage,
      clerk,
      traffic,
      repository,
      note,
      check: check => void checks.push(check),
      figure: (what, value) => void figures.push({ what, value }),
      damageNow: () => void (damagedAt = Date.now()),
      restoreTo,
      lookUp: (db, until) => lookUp(db, traffic, clerk, until),
    })
    await sleep(seconds * 1000)
    await clerk.stop()
    await traffic.drain(DRAIN_MS)
    checks.push(await books({ stage, lost: lost.payments }), await log({ stage, root }))
    const stillGone = await paymentsMissing(stage.db.pool, lost.payments)
    figures.push({
      what: { zh: '丢失的支付中，已向渠道查询补回', en: 'of the lost payments, found again by asking the channels' },
      value: `${lost.payments.length - stillGone.length} / ${lost.payments.length}`,
    })
    return {
      rtoMs: backAt === null ? null : backAt - damagedAt,
      rpoMs: lostSpan(lost.times, damagedAt),
      aims,
      acknowledged: lost.acknowledged,
      lost: lost.numbers,
      checks,
      events: happened
        .filter(({ at }) => at >= damagedAt - 1_000)
        .map(({ at, what }) => ({ atMs: at - damagedAt, what })),
      figures,
    }
  } finally {
    await running?.clerk.stop()
    await running?.traffic.stop()
    await stage?.close()
    await node.close()
  }
}

async function madeBase(repository: Repository): Promise<void> {
  for (const end = performance.now() + BASE_MS; performance.now() < end; await sleep(200))
    if ((await listBases(repository)).some(({ complete }) => complete)) return
  throw new Error('the platform made no base backup')
}

/** `until`: only what was acknowledged by then. */
async function lookUp(
  db: Parameters<typeof paymentsMissing>[0],
  traffic: PaymentTraffic,
  clerk: Clerk,
  until = Number.POSITIVE_INFINITY,
): Promise<Lost> {
  const [paid, issued] = [traffic.acknowledged, clerk.acknowledged].map(all => all.filter(({ at }) => at <= until))
  const payments = await paymentsMissing(
    db,
    (paid ?? []).map(({ no }) => no),
  )
  const bills = await billsMissing(
    db,
    (issued ?? []).map(({ no }) => no),
  )
  const gone = new Set([...payments, ...bills])
  const all = [...(paid ?? []), ...(issued ?? [])]
  const times = all.filter(({ no }) => gone.has(no)).map(({ at }) => at)
  return {
    numbers: [...gone],
    payments,
    acknowledged: all.length,
    times,
  }
}
