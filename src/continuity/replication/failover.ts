import { setTimeout as sleep } from 'node:timers/promises'
import { type Drill, type DrillAsk, damaged } from '../drill.ts'
import { type Exercise, exercise } from './exercise.ts'
import { commitsAt, oldPrimaryIsFenced, refusesWrites } from './fence.ts'

/** The aims of docs/continuity.md, in milliseconds. */
const AIMS = { rtoMs: 30_000, rpoMs: 0 }
const FENCE_MS = 2_000

/** The primary is lost under load; the synchronous standby of the same city takes over by itself, and the old primary comes back. */
export const failoverDrill: Drill = {
  name: 'failover',
  damages: ['kill', 'cut', 'delete'],
  usual: { rate: 100, seconds: 10 },
  run: (ask: DrillAsk) => exercise(ask, AIMS, play => lose(play, ask.damage)),
}

async function lose({ centres, note, check, damageNow, untilBack }: Exercise, damage: string): Promise<void> {
  const { nodes, manager } = centres
  const { main } = nodes
  damageNow()
  if (damage === 'cut') main.door?.cut()
  else await main.kill()
  if (damage === 'delete') main.deleteData()
  note(damaged(damage, { zh: '主库', en: 'the primary' }))
  if (damage === 'cut') {
    // Its agent has not given up yet: it still believes to be primary.
    const acknowledged = await commitsAt(main, FENCE_MS)
    check({
      what: {
        zh: '与同步备库断开的主库不确认任何写入',
        en: 'a primary cut off from its synchronous standby acknowledges no write',
      },
      holds: !acknowledged,
      detail: { zh: '', en: '' },
    })
  }
  await untilBack()
  main.door?.mend()
  if (damage !== 'delete') check(await oldPrimaryIsFenced(main, FENCE_MS))
  await manager.rejoin('main')
  check(await refusesWrites(main))
  await sleep(1_000)
}
