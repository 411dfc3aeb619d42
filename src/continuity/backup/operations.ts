import { type Actor, SYSTEM } from '../../access/actor.ts'
import { record } from '../../audit/record.ts'
import { type Intrusion, raiseAlert, settleAlert } from '../../intrusion/operations.ts'
import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import type { App } from '../../system/app.ts'
import type { BackupSettings, BackupsView } from './api.ts'
import { type Backing, makeBase } from './base.ts'
import { readFacts } from './facts_store.ts'
import { listBases, type Manifest } from './manifest.ts'
import { WAL } from './names.ts'
import type { Repository } from './repository.ts'
import { type PrunePlan, planPrune } from './retention.ts'
import { isDue, TROUBLES, type Trouble, troublesOf } from './schedule.ts'
import { insertRun, listRuns, readState } from './store.ts'

const ZONE = 'Asia/Shanghai'
const RUNS_SHOWN = 50

/** What looks after backups works with; alerts as `raiseAlert` needs them. */
export type Backups = Intrusion &
  Backing & {
    readonly settings: BackupSettings /** When this process began to look after them. */
    readonly since: Date
  }

/** A base backup, with its entry in the history and in the operation log; one that fails is noted too, and thrown. */
export async function backUp(app: Backing & Pick<App, 'newId'>, actor: Actor): Promise<Manifest> {
  const beganAt = app.now()
  const id = app.newId()
  try {
    const manifest = await makeBase(app)
    const { base, bytes, storedBytes } = manifest
    const at = app.now()
    await app.db.transaction(async tx => {
      await insertRun(tx, { id, beganAt, endedAt: at, base, bytes, storedBytes, problem: null })
      await record(tx, at, actor, [
        { what: 'backup.make', object: { kind: 'backup', id: base }, after: { bytes, stored_bytes: storedBytes } },
      ])
    })
    return manifest
  } catch (error) {
    const problem =
      error instanceof Failure
        ? { code: error.code, zh: error.zh, en: error.en }
        : { code: 'bug', zh: String(error), en: String(error) }
    await insertRun(app.db.pool, { id, beganAt, endedAt: app.now(), base: null, bytes: 0, storedBytes: 0, problem })
    throw error
  }
}

/** What pruning would remove at this moment. */
export async function planPruning(app: Backing, keep: BackupSettings['keep']): Promise<PrunePlan> {
  const { segmentBytes } = await readFacts(app.db.pool)
  const [bases, wal] = [await listBases(app.repository), await app.repository.list(WAL)]
  return planPrune(bases, wal, keep, ZONE, app.now(), segmentBytes)
}

/** Does what the plan says, with its entry in the operation log where a base backup goes. */
export async function prune(app: Backing, plan: PrunePlan, actor: Actor): Promise<void> {
  await app.repository.remove(plan.objects)
  if (plan.removed.length === 0) return
  await app.db.transaction(tx =>
    record(
      tx,
      app.now(),
      actor,
      plan.removed.map(({ base, storedBytes }) => ({
        what: 'backup.prune',
        object: { kind: 'backup', id: base },
        before: { stored_bytes: storedBytes },
      })),
    ),
  )
}

/** What is done every minute: a base backup when one is due, and what retention removes after it. */
export async function backUpWhenDue(app: Backups): Promise<boolean> {
  if (!isDue(await readState(app.db.pool), app.settings.at, app.now())) return false
  await backUp(app, SYSTEM)
  await prune(app, await planPruning(app, app.settings.keep), SYSTEM)
  return true
}

const TEXTS: Readonly<Record<Trouble, string>> = {
  backup_too_old: '没有足够新的基础备份 No base backup that is new enough',
  wal_too_old: 'WAL 归档落后 The archive of the WAL is behind',
  wal_gap: 'WAL 归档有缺口，需要新的基础备份 The archive of the WAL has a gap: a new base backup is needed',
}

/** Raises an alert for what is wrong with the backups, and ends it when it is mended. */
export async function watchBackups(app: Backups): Promise<Trouble[]> {
  const at = app.now()
  const state = await readState(app.db.pool)
  const found = troublesOf(state, app.settings, app.since, at)
  for (const trouble of TROUBLES)
    await app.db.transaction(async tx => {
      const key = `backup:${trouble}`
      if (!found.includes(trouble)) return await settleAlert(tx, key, '备份已恢复正常 Backups are in order again', at)
      const facts = {
        trouble: TEXTS[trouble],
        last_good: state.lastGood ? instantText(state.lastGood) : '-',
        archived_until: state.archive.until ? instantText(state.archive.until) : '-',
      }
      await raiseAlert(app, tx, { kind: trouble, key, severity: 'warning', address: '', actor: '', facts }, at)
    })
  return found
}

/** For the operator's page: state and the last runs, newest first. */
export async function readBackups(app: Pick<App, 'db'>, repository: Repository | null): Promise<BackupsView> {
  const [state, runs] = [await readState(app.db.pool), await listRuns(app.db.pool, RUNS_SHOWN)]
  const text = (at: Date | null): string | null => at && instantText(at)
  return {
    configured: repository !== null,
    repository: repository?.title ?? null,
    last_good_at: text(state.lastGood),
    archived_until: text(state.archive.until),
    archived_segment: state.archive.segment,
    gap_at: text(state.archive.gapAt),
    runs: runs.map(run => ({
      run_id: run.id,
      began_at: instantText(run.beganAt),
      ended_at: instantText(run.endedAt),
      base: run.base,
      bytes: run.bytes,
      stored_bytes: run.storedBytes,
      problem: run.problem,
    })),
  }
}
