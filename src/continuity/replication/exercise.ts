import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SYSTEM } from '../../access/actor.ts'
import { exportRoot } from '../../audit/operations.ts'
import type { ExportedRoot } from '../../audit/root.ts'
import type { Check, DrillAsk, Findings, Text } from '../drill.ts'
import { billsMissing, paymentsMissing } from '../store.ts'
import { type Clerk, startClerk } from '../traffic/clerk.ts'
import { type Begun, beginPayments, type PaymentTraffic, payAtRate } from '../traffic/payments.ts'
import { openStage, type Stage } from '../traffic/stage.ts'
import { watchPayment } from '../traffic/watcher.ts'
import { type Centres, setUpCentres } from './centres.ts'
import { seeded } from './chance.ts'
import { checkAfter } from './checks.ts'
import { lagOf } from './lag.ts'

/** What both drills of replication have to hand while traffic runs. */
export type Exercise = {
  readonly centres: Centres
  readonly stage: Stage
  readonly clerk: Clerk
  /** Notes what happened, now. */
  readonly note: (what: Text) => void
  /** Things that must hold, found on the way. */
  readonly check: (check: Check) => void
  /** The moment of the damage; call it right before. */
  readonly damageNow: () => void
  /** Waits until a bill that was begun after the damage is acknowledged. */
  readonly untilBack: () => Promise<void>
}

const BACK_MS = 180_000
const DRAIN_MS = 90_000
/** Payments begun beforehand last for the outage as well. */
const OUTAGE_S = 25

/**
 * Sets up three centres and a platform over them, lets people pay and bills be issued, has `act` do the damage and what follows, goes on for a while, and looks everything
 * up that was acknowledged. The looking up is done on the new primary before anybody can mend anything there.
 */
export async function exercise(
  ask: DrillAsk,
  aims: Findings['aims'],
  act: (exercise: Exercise) => Promise<void>,
): Promise<Findings> {
  const { folder, rate, seconds, tell } = ask
  const happened: { at: number; what: Text }[] = []
  const checks: Check[] = []
  const note = (what: Text): void => {
    happened.push({ at: Date.now(), what })
    tell(what)
  }
  tell({ zh: '建立三个中心', en: 'setting up the three centres' })
  const centres = await setUpCentres({ folder: join(folder, 'centres'), doors: ask.damage === 'cut', tell: note })
  let stage: Stage | undefined
  let running: { clerk: Clerk; traffic: PaymentTraffic } | undefined
  try {
    stage = await openStage(join(folder, 'platform'), centres.url)
    const count = rate * (seconds * 2 + OUTAGE_S) + 1
    tell({ zh: `开立 ${count} 笔缴费`, en: `beginning ${count} payments` })
    const [watched, ...payments] = (await beginPayments(stage, count, seeded(ask.seed))) as [Begun, ...Begun[]]
    const root = await exportedRoot(stage)
    const watcher = await watchPayment(stage, watched.no)

    const clerk = startClerk(stage)
    const traffic = payAtRate(stage, payments, rate)
    running = { clerk, traffic }
    let damagedAt = 0
    let backAt: number | null = null
    let lost: Lost = { payments: [], bills: [], acknowledged: 0, oldest: null }
    const open = stage
    centres.manager.onPromoted = async node => {
      const client = await node.connect()
      try {
        lost = await lookUp(client, traffic, clerk)
      } finally {
        await client.end()
      }
    }
    await sleep(seconds * 1000)
    const before = traffic.acknowledged.length
    const lag = await lagOf(stage.db.pool)
    await act({
      centres,
      stage,
      clerk,
      note,
      check: check => void checks.push(check),
      damageNow: () => void (damagedAt = Date.now()),
      async untilBack() {
        backAt = await clerk.backSince(damagedAt, BACK_MS)
        if (backAt !== null) note({ zh: '平台重新确认写入', en: 'the platform acknowledges writes again' })
        await sleep(seconds * 1000)
      },
    })
    await stage.sandbox.pay(watched.no)
    await clerk.stop()
    const untaken = await traffic.drain(DRAIN_MS)
    checks.push(...(await checkAfter({ stage, centres, clerk, watcher, untaken, root, backAt, lost: lost.payments })))
    watcher.close()
    const remote = lag.find(({ standby }) => standby === 'remote')
    return {
      rtoMs: backAt === null ? null : backAt - damagedAt,
      rpoMs: lost.oldest === null ? 0 : Math.max(0, damagedAt - lost.oldest),
      aims,
      acknowledged: lost.acknowledged,
      lost: [...lost.payments, ...lost.bills],
      checks,
      events: happened
        .filter(({ at }) => at >= damagedAt - 1_000)
        .map(({ at, what }) => ({ atMs: at - damagedAt, what })),
      figures: [
        {
          what: { zh: '损坏前每秒确认的支付', en: 'payments acknowledged a second before the damage' },
          value: `${(before / seconds).toFixed(0)} (${rate} asked)`,
        },
        {
          what: { zh: '全程确认的支付 / 开单', en: 'payments / bills acknowledged in all' },
          value: `${traffic.acknowledged.length} / ${clerk.acknowledged.length}`,
        },
        {
          what: { zh: '损坏前异地备库落后', en: 'the remote standby was behind by' },
          value: `${remote?.bytes ?? '?'} B`,
        },
        {
          what: { zh: '客户端收到的可重试答复', en: 'what clients were told meanwhile' },
          value: [...clerk.refusals].map(([code, n]) => `${code} × ${n}`).join(', ') || '–',
        },
        { what: { zh: '平台进程启动次数', en: 'starts of the platform' }, value: String(open.platform.starts()) },
      ],
    }
  } finally {
    await running?.clerk.stop()
    await running?.traffic.stop()
    await stage?.close()
    await centres.close()
  }
}

type Lost = {
  readonly payments: readonly string[]
  readonly bills: readonly string[]
  /** Everything looked up. */
  readonly acknowledged: number
  /** When the oldest of what is gone was acknowledged. */
  readonly oldest: number | null
}

async function lookUp(
  client: Parameters<typeof paymentsMissing>[0],
  traffic: PaymentTraffic,
  clerk: Clerk,
): Promise<Lost> {
  const all = [...traffic.acknowledged, ...clerk.acknowledged]
  const payments = await paymentsMissing(
    client,
    traffic.acknowledged.map(({ no }) => no),
  )
  const bills = await billsMissing(
    client,
    clerk.acknowledged.map(({ no }) => no),
  )
  const gone = new Set([...payments, ...bills])
  const times = all.filter(({ no }) => gone.has(no)).map(({ at }) => at)
  return { payments, bills, acknowledged: all.length, oldest: times.length === 0 ? null : Math.min(...times) }
}

/** Given out before the traffic: nothing up to it may be different afterwards. */
async function exportedRoot({ db }: Stage): Promise<ExportedRoot> {
  for (let tries = 1; ; tries++)
    try {
      return await exportRoot({ db, now: () => new Date() }, SYSTEM)
    } catch (error) {
      // The platform seals once a second.
      if (tries === 30 || (error as { code?: string }).code !== 'log_empty') throw error
      await sleep(500)
    }
}
