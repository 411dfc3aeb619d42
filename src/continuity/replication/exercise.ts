import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, type DrillAsk, type Findings, lostSpan, type Text } from '../drill.ts'
import { billsMissing, paymentsMissing } from '../store.ts'
import { type Clerk, startClerk } from '../traffic/clerk.ts'
import { type Begun, beginPayments, type Paid, type PaymentTraffic, payOnSchedule, plan } from '../traffic/payments.ts'
import { exportedRoot, openStage, type Stage } from '../traffic/stage.ts'
import { watchPayment } from '../traffic/watcher.ts'
import { type Centres, setUpCentres } from './centres.ts'
import { seeded } from './chance.ts'
import { checkAfter } from './checks.ts'
import { type Lag, lagOf } from './lag.ts'

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
  const happened: Happened[] = []
  const note = (what: Text): void => {
    happened.push({ at: Date.now(), what })
    ask.tell(what)
  }
  ask.tell({ zh: '建立三个中心', en: 'setting up the three centres' })
  const folder = join(ask.folder, 'centres')
  const centres = await setUpCentres({ folder, doors: ask.damage === 'cut', tell: note })
  try {
    const stage = await openStage(join(ask.folder, 'platform'), centres.url)
    try {
      const played = await play({ ask, centres, stage, note }, act)
      return { ...findingsOf(played, ask, happened), aims }
    } finally {
      await stage.close()
    }
  } finally {
    await centres.close()
  }
}

type Happened = { readonly at: number; readonly what: Text }
type Setting = Pick<Exercise, 'centres' | 'stage' | 'note'> & { readonly ask: DrillAsk }

type Played = {
  readonly damagedAt: number
  readonly backAt: number | null
  readonly lost: Lost
  readonly checks: readonly Check[]
  readonly clerk: Clerk
  readonly traffic: PaymentTraffic
  /** Payments made by the time that the damage was mended. */
  readonly paid: Paid
  /** How far the standbys were behind before the damage. */
  readonly lag: readonly Lag[]
  readonly starts: number
}

async function play(
  { ask, centres, stage, note }: Setting,
  act: (exercise: Exercise) => Promise<void>,
): Promise<Played> {
  const { rate, seconds } = ask
  const count = rate * (seconds * 2 + OUTAGE_S) + 1
  ask.tell({ zh: `开立 ${count} 笔缴费`, en: `beginning ${count} payments` })
  const [watched, ...payments] = (await beginPayments(stage, count, seeded(ask.seed))) as [Begun, ...Begun[]]
  const root = await exportedRoot(stage)
  const watcher = await watchPayment(stage, watched.no)
  ask.tell({ zh: '预先签好渠道通知', en: 'signing the channels’ notices ahead' })
  const schedule = await plan(stage, payments, rate)
  const clerk = startClerk(stage)
  const traffic = await payOnSchedule(stage, schedule)
  const checks: Check[] = []
  let damagedAt = 0
  let backAt: number | null = null
  let lost: Lost = { payments: [], bills: [], acknowledged: 0, times: [] }
  centres.manager.onPromoted = async node => {
    const client = await node.connect()
    lost = await lookUp(client, traffic, clerk).finally(() => client.end())
  }
  try {
    await sleep(seconds * 1000)
    const lag = await lagOf(stage.db.pool)
    await act({
      ...{ centres, stage, clerk, note },
      check: check => void checks.push(check),
      damageNow: () => void (damagedAt = Date.now()),
      async untilBack() {
        backAt = await clerk.backSince(damagedAt, BACK_MS)
        if (backAt !== null) note({ zh: '平台重新确认写入', en: 'the platform acknowledges writes again' })
        await sleep(seconds * 1000)
      },
    })
    const paid = traffic.paid()
    await stage.sandbox.pay(watched.no)
    await clerk.stop()
    const untaken = await traffic.drain(DRAIN_MS)
    // And what was acknowledged since.
    lost = together(lost, await lookUp(stage.db.pool, traffic, clerk))
    checks.push(...(await checkAfter({ stage, centres, clerk, watcher, untaken, root, backAt, lost: lost.payments })))
    return { damagedAt, backAt, lost, checks, clerk, traffic, paid, lag, starts: stage.platform.starts() }
  } finally {
    watcher.close()
    await clerk.stop()
    await traffic.stop()
  }
}

function findingsOf(
  played: Played,
  { rate, seconds }: DrillAsk,
  happened: readonly Happened[],
): Omit<Findings, 'aims'> {
  const { damagedAt, backAt, lost, checks, clerk, traffic, paid, lag, starts } = played
  const remote = lag.find(({ standby }) => standby === 'remote')
  const refusals = [...clerk.refusals].map(([code, times]) => `${code} × ${times}`).join(', ')
  const figure = (zh: string, en: string, value: string) => ({ what: { zh, en }, value })
  const acknowledgedWithin = (from: number): string =>
    perSecond(traffic.acknowledged.filter(({ at }) => at >= from && at < from + seconds * 1000).length, seconds * 1000)
  return {
    rtoMs: backAt === null ? null : backAt - damagedAt,
    rpoMs: lostSpan(lost.times, damagedAt),
    acknowledged: lost.acknowledged,
    lost: [...lost.payments, ...lost.bills],
    checks,
    events: happened.filter(({ at }) => at >= damagedAt).map(({ at, what }) => ({ atMs: at - damagedAt, what })),
    figures: [
      figure(
        '付款人每秒支付：要求 / 全程',
        'payments a second: asked for / made throughout',
        `${rate} / ${perSecond(paid.count, paid.ms)}`,
      ),
      figure(
        '每秒确认的支付：损坏前 / 恢复后',
        'payments acknowledged a second: before the damage / once it is back',
        `${acknowledgedWithin(damagedAt - seconds * 1000)} / ${backAt === null ? '–' : acknowledgedWithin(backAt)}`,
      ),
      figure(
        '全程确认的支付、开单',
        'payments and bills acknowledged in all',
        `${traffic.acknowledged.length}, ${clerk.acknowledged.length}`,
      ),
      figure('损坏前异地备库落后字节', 'bytes that the remote standby was behind', String(remote?.bytes ?? '–')),
      figure('切换期间客户端收到的答复', 'what clients were told meanwhile', refusals || '–'),
      figure('平台进程启动次数', 'starts of the platform', String(starts)),
    ],
  }
}

const perSecond = (count: number, ms: number): string => ((count * 1000) / ms).toFixed(0)

type Lost = {
  readonly payments: readonly string[]
  readonly bills: readonly string[]
  /** Everything looked up. */
  readonly acknowledged: number
  /** When each of what is gone was acknowledged. */
  readonly times: readonly number[]
}

/** Lost then or now; what was found again meanwhile stays lost. */
const together = (then: Lost, now: Lost): Lost => ({
  payments: [...new Set([...then.payments, ...now.payments])],
  bills: [...new Set([...then.bills, ...now.bills])],
  acknowledged: now.acknowledged,
  times: then.times.length > 0 ? then.times : now.times,
})

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
  return { payments, bills, acknowledged: all.length, times }
}
