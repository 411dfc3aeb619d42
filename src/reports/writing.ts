import { createHash } from 'node:crypto'
import type pg from 'pg'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import { enqueue } from '../notices/store.ts'
import type { App } from '../system/app.ts'
import { addJob } from '../system/jobs.ts'
import { sealFile } from '../system/vault/sealed_file.ts'
import { ATTEMPTS, Ended, type Export, KEPT_DAYS, WRITERS } from './export.ts'
import { fileBytes } from './file.ts'
import { EXPORT_TASK, HOUSE_ZONE, loggedOf, momentOf, whoseOf } from './operations.ts'
import { beginReading } from './rows.ts'
import * as store from './store.ts'
import { findSchedule, notifyContext } from './template_store.ts'

const PATIENCE_MS = 2000
const PROGRESS_ROWS = 10_000
const DAY_MS = 86_400_000

/**
 * The job: writes one export. Rows are read through a cursor, written, sealed and kept piece by piece, so memory holds a few megabytes however
 * long the report is. A worker that dies leaves it to the next, which begins anew; one that was thought dead keeps nothing more.
 */
export async function writeExport(app: App, payload: unknown, signal: AbortSignal): Promise<void> {
  const { export_id: id } = payload as { export_id: string }
  const client = await app.db.connect()
  try {
    if (!(await store.takePlace(client, WRITERS))) {
      await addJob(
        app.db.pool,
        EXPORT_TASK,
        { export_id: id },
        { at: new Date(Date.now() + PATIENCE_MS), attempts: 30 },
      )
      return
    }
    const turn = await app.db.transaction(tx => store.beginExport(tx, id))
    if (turn === null) return
    await write(app, client, turn, signal).catch(error => settle(app, turn, error))
  } finally {
    await client.end()
  }
}

async function write(app: App, client: pg.ClientBase, turn: Export, signal: AbortSignal): Promise<void> {
  await beginReading(client)
  let total: number | null = null
  let rows = 0
  let told = 0
  let over = false
  const progress = async () => {
    told = rows
    over ||= !(await store.tellProgress(app.db.pool, turn, total, rows))
  }
  const reader = { lang: turn.lang, zone: HOUSE_ZONE, sees: new Set(turn.sees) }
  const plain = fileBytes(
    {
      client,
      vault: app.vault,
      scope: turn.scope,
      reader,
      moment: momentOf(turn.askedAt),
      go() {
        signal.throwIfAborted()
        if (over) throw new Ended()
      },
      async total(count) {
        total = count
        await progress()
      },
      async done(count) {
        rows += count
        if (rows - told >= PROGRESS_ROWS) await progress()
      },
    },
    { what: turn.what, format: turn.format, name: turn.name, by: turn.askedName },
  )
  const digest = createHash('sm3')
  let bytes = 0
  const counted = async function* () {
    for await (const piece of plain) {
      digest.update(piece)
      bytes += piece.length
      yield piece
    }
  }
  let no = 0
  for await (const piece of sealFile(app.vault, 'exports', counted()))
    if (!(await store.keepPiece(app.db.pool, turn, no++, piece))) throw new Ended()
  await finish(app, turn, { rows, bytes, sm3: digest.digest('hex') })
}

async function finish(
  app: App,
  turn: Export,
  made: { readonly rows: number; readonly bytes: number; readonly sm3: string },
): Promise<void> {
  const at = app.now()
  const expiresAt = new Date(at.getTime() + KEPT_DAYS * DAY_MS)
  await app.db.transaction(async tx => {
    if (!(await store.finishExport(tx, turn, { ...made, at, expiresAt }))) return
    await record(tx, at, whoseOf(turn), [
      {
        what: 'report.export_ready',
        object: { kind: 'export', id: turn.id },
        after: { name: turn.name, format: turn.format, ...made, ...loggedOf(turn.what) },
      },
    ])
    const schedule = turn.scheduleId === null ? null : await findSchedule(tx, turn.scheduleId)
    if (!schedule?.notify) return
    await enqueue(
      tx,
      app.vault,
      [
        {
          key: `report:${turn.id}`,
          medium: 'mail',
          recipient: app.vault.openText(schedule.notify, notifyContext(schedule.id)),
          template: 'report_ready',
          data: {
            report: turn.name,
            rows: String(made.rows),
            at: instantText(at),
            expires_at: instantText(expiresAt),
            export_id: turn.id,
          },
        },
      ],
      at,
    )
  })
}

/** A refusal is the answer; anything else is tried again, and given up in the end. */
async function settle(app: App, turn: Export, error: unknown): Promise<void> {
  if (error instanceof Ended) return
  const refused = error instanceof Failure
  if (!refused && turn.attempt < ATTEMPTS) throw error
  const { code, zh, en } = refused ? error : BUG
  const at = app.now()
  await app.db.transaction(async tx => {
    if (!(await store.endExport(tx, turn.id, 'failed', at, { code, zh, en }))) return
    await record(tx, at, whoseOf(turn), [
      { what: 'report.export_failed', object: { kind: 'export', id: turn.id }, after: { code } },
    ])
  })
  if (!refused) throw error
}

const BUG = {
  code: 'internal_error',
  zh: '系统内部错误，已记录；请报修',
  en: 'Internal error, recorded; please ask for help',
}
