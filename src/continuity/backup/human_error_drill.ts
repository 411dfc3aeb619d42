import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { instantText } from '../../kernel/instant_text.ts'
import { openDatabase } from '../../system/database.ts'
import type { SealedColumn } from '../../system/vault/columns.ts'
import type { Drill } from '../drill.ts'
import { dropMovements } from './facts_store.ts'
import { type Outcome, type Rehearsal, rehearse } from './rehearsal.ts'
import { takeTable } from './take_table.ts'

/** Somebody knows to the second when it happened; what was booked within that second is given up by the table, and found again by asking the channels. */
const AIMS = { rtoMs: 300_000, rpoMs: 2_000 }
const BACK_MS = 60_000

/** Somebody drops the table of movements; it is recovered to the second before, and taken back without giving up what was done since in all others. */
export const humanErrorDrill = (columns: readonly SealedColumn[]): Drill => ({
  name: 'human-error',
  damages: ['drop'],
  usual: { rate: 20, seconds: 10 },
  run: ask => rehearse(ask, AIMS, columns, rehearsal => dropAndRecover(rehearsal)),
})

async function dropAndRecover(rehearsal: Rehearsal): Promise<Outcome> {
  const { ask, stage, clerk, traffic, note, figure, check } = rehearsal
  const droppedAt = new Date()
  rehearsal.damageNow()
  await dropMovements(stage.db.pool)
  const target = new Date(Math.floor(droppedAt.getTime() / 1000) * 1000)
  note({
    zh: `表 movements 被删除；恢复目标 ${instantText(target)}`,
    en: `the table movements is dropped; to be recovered to ${instantText(target)}`,
  })
  // Meanwhile bills are issued; nobody has noticed yet.
  await sleep(ask.seconds * 1000)

  const folder = join(ask.folder, 'restored')
  await rehearsal.restoreTo(target, folder)
  const restored = await openDatabase({ dataDir: folder })
  try {
    const before = await rehearsal.lookUp(restored.pool, target.getTime())
    check({
      what: {
        zh: '目标时刻之前确认的全部在恢复库中',
        en: 'all that was acknowledged before that second is in the restored database',
      },
      holds: before.numbers.length === 0 && before.acknowledged > 0,
      detail: { zh: `${before.acknowledged} 笔`, en: `${before.acknowledged}` },
    })
    const whole = await rehearsal.lookUp(restored.pool)
    figure(
      { zh: '若整库退回该时刻，放弃的已确认业务', en: 'acknowledged work that going back as a whole would give up' },
      String(whole.numbers.length),
    )
    const { rows, added } = await takeTable(restored, stage.db, 'movements', false)
    note({ zh: `只取回表 movements：${added} 行`, en: `the table movements alone is taken back: ${added} rows` })
    figure({ zh: '取回的行 / 补回的行', en: 'rows taken back / added' }, `${rows} / ${added}`)
  } finally {
    await restored.close()
  }
  const lost = await rehearsal.lookUp(stage.db.pool)
  figure({ zh: '其后的开单全部保留', en: 'bills issued since are all kept' }, `${clerk.acknowledged.length}`)
  const backAt = await bookedSince(traffic, Date.now())
  if (backAt !== null) note({ zh: '平台重新入账', en: 'the platform books payments again' })
  return { backAt, lost }
}

async function bookedSince(traffic: Rehearsal['traffic'], at: number): Promise<number | null> {
  for (const end = Date.now() + BACK_MS; Date.now() < end; await sleep(50)) {
    const first = traffic.acknowledged.find(each => each.at > at)
    if (first) return first.at
  }
  return null
}
