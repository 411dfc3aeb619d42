import type pg from 'pg'
import { type Actor, SYSTEM } from '../access/actor.ts'
import type { Act, Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { enqueue } from '../notices/store.ts'
import type { App } from '../system/app.ts'
import { addJob } from '../system/jobs.ts'
import { once } from '../system/requests.ts'
import { type Alarm, type Block, nextBlock } from './alert.ts'
import type { AcknowledgeAsk, AlertList, AlertQuery, AlertView, BlockView } from './api.ts'
import * as store from './store.ts'

export type Intrusion = App & {
  readonly mailTo: readonly string[]
  /** Whether alerts go to a webhook, by the job WEBHOOK_JOB. */
  readonly webhook: boolean
}

export const WEBHOOK_JOB = 'alerts.webhook'
/** Posts that fail are tried again over about an hour. */
const WEBHOOK_ATTEMPTS = 10

/** So many new alerts of one kind within ten minutes are one flood, however many addresses it comes from. */
const FLOOD = 20
const FLOOD_MS = 600_000

/**
 * Tells the administrators: in the list of alerts, by mail and by webhook, all in the caller's transaction. While an alert with the
 * same key is open, it is counted on that one, and nobody is told again.
 */
export async function raiseAlert(
  app: Intrusion,
  tx: pg.ClientBase,
  alarm: Alarm,
  at: Date,
  count = 1,
): Promise<{ id: string; fresh: boolean }> {
  const flood = (await store.countRecent(tx, alarm.kind, new Date(at.getTime() - FLOOD_MS))) >= FLOOD
  const kept = flood ? { ...alarm, key: `${alarm.kind}:many`, address: '', actor: '' } : alarm
  const alert = await store.upsertAlert(tx, app.newId(), kept, count, at)
  if (!alert.fresh || alarm.severity === 'notice') return alert
  const data = { ...kept.facts, kind: kept.kind, address: kept.address, actor: kept.actor, at: at.toISOString() }
  await enqueue(
    tx,
    app.vault,
    app.mailTo.map(recipient => ({
      key: `alert:${alert.id}:${recipient}`,
      medium: 'mail',
      recipient,
      template: 'security_alert',
      data,
    })),
    at,
  )
  if (app.webhook) await addJob(tx, WEBHOOK_JOB, { id: alert.id, ...data }, { attempts: WEBHOOK_ATTEMPTS })
  return alert
}

/** What an alert was about is over by itself: the open one with this key is acknowledged by the platform. Without one nothing happens. */
export async function settleAlert(tx: pg.ClientBase, key: string, note: string, at: Date): Promise<void> {
  const alert = await store.lockOpenAlert(tx, key)
  if (!alert) return
  await store.acknowledgeAlert(tx, alert.id, SYSTEM.id, note, at)
  await record(tx, at, SYSTEM, [
    { what: 'alert.acknowledge', object: { kind: 'alert', id: alert.id }, after: { note, count: alert.count } },
  ])
}

/** What came of one address at once: the first of its kind, and how many. */
export type Incident = {
  readonly alarm: Alarm
  readonly who: Who
  /** null: it is only recorded. */
  readonly block: string | null
  readonly count: number
  readonly at: Date
}

/** Writes down what was caught, and blocks the address for longer than the last time. Gives the block. */
export const bookIncident = (app: Intrusion, incident: Incident): Promise<Block | null> =>
  app.db.transaction(async tx => {
    const { alarm, who, at, count } = incident
    const alert = await raiseAlert(app, tx, alarm, at, count)
    const acts: Act[] = []
    if (alert.fresh)
      acts.push({
        what: 'alert.raise',
        object: { kind: 'alert', id: alert.id },
        after: { ...alarm.facts, kind: alarm.kind },
      })
    let block: Block | null = null
    if (incident.block !== null) {
      block = nextBlock(await store.lastBlock(tx, incident.block), at)
      await store.putBlock(tx, incident.block, block, alert.id, at)
      acts.push({
        what: 'address.block',
        object: { kind: 'address', id: incident.block },
        after: { level: block.level, until: block.until.toISOString(), alert: alert.id },
      })
    }
    // The platform blocks; who made it do so stands in the alert.
    if (acts.length > 0)
      await record(tx, at, { ...SYSTEM, address: who.address, device: who.device, requestId: who.requestId }, acts)
    return block
  })

// --- what a person does --------------------------------------------------------------------------------------------------

/** Newest first. */
export async function readAlerts(app: App, query: AlertQuery): Promise<AlertList> {
  const limit = query.limit ?? 100
  const found = await store.listAlerts(app.db.pool, {
    state: query.state ?? 'open',
    after: query.after === undefined ? null : placeOf(query.after),
    limit: limit + 1,
  })
  const alerts = found.slice(0, limit)
  const last = found.length > limit ? alerts.at(-1) : undefined
  return { alerts: alerts.map(alertView), next: last ? `${last.lastAt.toISOString()}_${last.id}` : null }
}

/** Throws alert_unknown, alert_acknowledged, id_reused. */
export const acknowledge = (app: Intrusion, actor: Actor, alertId: string, ask: AcknowledgeAsk): Promise<AlertView> =>
  app.db.transaction(async tx => {
    const at = app.now()
    const request = { id: ask.id, operation: 'acknowledge_alert', body: { ...ask, alertId }, actor: actor.id, at }
    return await once(tx, request, async () => {
      const alert = await store.lockAlert(tx, alertId)
      if (!alert) throw alertUnknown(alertId)
      if (alert.acknowledgedAt) throw acknowledgedAlready(alert)
      const note = ask.note ?? ''
      await store.acknowledgeAlert(tx, alertId, actor.id, note, at)
      await record(tx, at, actor, [
        { what: 'alert.acknowledge', object: { kind: 'alert', id: alertId }, after: { note, count: alert.count } },
      ])
      return alertView({ ...alert, acknowledgedAt: at, acknowledgedBy: actor.id, note })
    })
  })

export const readBlocks = async (app: App): Promise<BlockView[]> =>
  (await store.activeBlocks(app.db.pool, app.now())).map(({ address, level, blockedAt, until, alertId }) => ({
    address,
    level,
    blocked_at: blockedAt.toISOString(),
    until: until.toISOString(),
    alert_id: alertId,
  }))

/** Lets an address in again, and counts it as never blocked. Throws address_block_unknown. */
export const lift = (
  app: Intrusion,
  actor: Actor,
  address: string,
  reason: string,
): Promise<{ address: string; lifted_at: string }> =>
  app.db.transaction(async tx => {
    const at = app.now()
    const block = await store.liftBlock(tx, address, actor.id, reason, at)
    if (!block) throw blockUnknown(address)
    await record(tx, at, actor, [
      {
        what: 'address.lift',
        object: { kind: 'address', id: address },
        before: { level: block.level, until: block.until.toISOString() },
        after: { reason },
      },
    ])
    return { address, lifted_at: at.toISOString() }
  })

function placeOf(after: string): { at: Date; id: string } {
  const [time = '', id = ''] = after.split('_')
  const at = new Date(time)
  if (Number.isNaN(at.getTime()) || id === '') throw pageUnknown(after)
  return { at, id }
}

const alertView = (alert: store.Alert): AlertView => ({
  id: alert.id,
  kind: alert.kind,
  severity: alert.severity,
  address: alert.address,
  actor: alert.actor,
  facts: alert.facts,
  count: alert.count,
  first_at: alert.firstAt.toISOString(),
  last_at: alert.lastAt.toISOString(),
  acknowledged_at: alert.acknowledgedAt?.toISOString() ?? null,
  acknowledged_by: alert.acknowledgedBy,
  note: alert.note,
})

const pageUnknown = (after: string): Failure =>
  new Failure(
    'page_unknown',
    { zh: `after=${after} 不是上一页给出的 next`, en: `after=${after} is not the "next" of a page before` },
    { after },
  )

const alertUnknown = (id: string): Failure =>
  new Failure('alert_unknown', { zh: `没有告警 ${id}`, en: `There is no alert ${id}` }, { alert_id: id })

const acknowledgedAlready = ({ id, acknowledgedBy, acknowledgedAt }: store.Alert): Failure =>
  new Failure(
    'alert_acknowledged',
    {
      zh: `告警 ${id} 已由 ${acknowledgedBy} 处理`,
      en: `The alert ${id} was dealt with by ${acknowledgedBy}`,
    },
    { alert_id: id, by: acknowledgedBy, at: acknowledgedAt?.toISOString() },
  )

const blockUnknown = (address: string): Failure =>
  new Failure(
    'address_block_unknown',
    {
      zh: `地址 ${address} 当前没有被封锁；当前封锁见 GET /api/address-blocks`,
      en: `The address ${address} is not blocked at present; see GET /api/address-blocks`,
    },
    { address },
  )
