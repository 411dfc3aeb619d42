import type { Actor } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import { type Intrusion, raiseAlert, settleAlert } from '../intrusion/operations.ts'
import type { App } from '../system/app.ts'
import type { DrillList, DrillQuery, DrillView } from './api.ts'
import { DRILL_NAMES, DRILL_TITLES, type DrillName, type DrillReport, overdue } from './drill.ts'
import { beganAt, insertDrill, type KeptDrill, lastPassed, listDrills } from './store.ts'

const LOST_KEPT = 1_000

/** What reminds of drills works with; alerts as `raiseAlert` needs them. */
export type Continuity = Intrusion & {
  readonly drillDays: number
  /** Drills this house holds. */
  readonly drills: readonly DrillName[]
}

/** Keeps what a drill found, with its entry in the operation log; a drill that passed ends its reminder. */
export const keepDrill = (app: Pick<App, 'db' | 'now'>, actor: Actor, report: DrillReport): Promise<void> =>
  app.db.transaction(async tx => {
    const at = app.now()
    await insertDrill(tx, { ...report, lost: report.lost.slice(0, LOST_KEPT) }, actor.name)
    const { name, damage, outcome, rtoMs, rpoMs, lost } = report
    await record(tx, at, actor, [
      {
        what: 'drill.run',
        object: { kind: 'drill', id: report.id },
        after: { name, damage, outcome, rto_ms: rtoMs, rpo_ms: rpoMs, lost: lost.length },
      },
    ])
    if (outcome === 'passed') await settleAlert(tx, alertKey(name), '演练已通过 The drill passed', at)
  })

/** Newest first. */
export async function readDrills(app: Continuity, query: DrillQuery): Promise<DrillList> {
  const limit = query.limit ?? 20
  const found = await listDrills(app.db.pool, {
    name: query.name ?? null,
    after: query.after ?? null,
    limit: limit + 1,
  })
  const page = found.slice(0, limit)
  return {
    drills: page.map(drillView),
    next: found.length > limit ? (page.at(-1)?.report.id ?? null) : null,
    overdue: await dueDrills(app, app.now()),
  }
}

/** Raises an alert for each drill that is due; while it is open, nobody is told again. */
export async function remindOfDrills(app: Continuity): Promise<DrillName[]> {
  const at = app.now()
  const due = await dueDrills(app, at)
  for (const name of due)
    await app.db.transaction(tx =>
      raiseAlert(
        app,
        tx,
        {
          kind: 'drill_due',
          key: alertKey(name),
          severity: 'warning',
          address: '',
          actor: '',
          facts: {
            drill: name,
            title: `${DRILL_TITLES[name].zh} ${DRILL_TITLES[name].en}`,
            days: String(app.drillDays),
          },
        },
        at,
      ),
    )
  return due
}

async function dueDrills({ db, drillDays, drills }: Continuity, at: Date): Promise<DrillName[]> {
  if (drills.length === 0) return []
  const due = overdue(await lastPassed(db.pool), await beganAt(db.pool), at, drillDays)
  return DRILL_NAMES.filter(name => drills.includes(name) && due.includes(name))
}

const alertKey = (name: DrillName): string => `drill_due:${name}`

const drillView = ({ report, ranBy }: KeptDrill): DrillView => ({
  drill_id: report.id,
  name: report.name,
  damage: report.damage,
  outcome: report.outcome,
  began_at: report.beganAt,
  ended_at: report.endedAt,
  ran_by: ranBy,
  rto_ms: report.rtoMs,
  rpo_ms: report.rpoMs,
  acknowledged: report.acknowledged,
  lost: report.lost.length,
  lost_numbers: [...report.lost],
  reasons: [...report.reasons],
  checks: [...report.checks],
  events: report.events.map(({ atMs, what }) => ({ at_ms: atMs, what })),
  figures: [...report.figures],
})
