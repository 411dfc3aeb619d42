import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../kernel/failure.ts'
import { type Drill, type DrillAsk, damaged } from '../drill.ts'
import { type Exercise, exercise } from './exercise.ts'
import { refusesWrites } from './fence.ts'

/** The aims of docs/continuity.md, in milliseconds. */
const AIMS = { rtoMs: 120_000, rpoMs: 5_000 }

/** Both centres of the city are lost; a person decides that the remote one takes over, and the city's come back as its standbys. */
export const remoteDrill: Drill = {
  name: 'remote',
  damages: ['kill', 'cut', 'delete'],
  usual: { rate: 100, seconds: 10 },
  run: (ask: DrillAsk) => exercise(ask, AIMS, play => lose(play, ask.damage)),
}

async function lose({ centres, note, check, damageNow, untilBack }: Exercise, damage: string): Promise<void> {
  const { nodes, manager } = centres
  const city = [nodes.main, nodes.city]
  damageNow()
  if (damage === 'cut') for (const node of city) node.door?.cut()
  else await Promise.all(city.map(node => node.kill()))
  if (damage === 'delete') for (const node of city) node.deleteData()
  note(damaged(damage, { zh: '同城两中心', en: 'both centres of the city' }))
  await decide(centres)
  await untilBack()
  for (const node of city) node.door?.mend()
  for (const node of city) {
    await manager.rejoin(node.centre)
    check(await refusesWrites(node))
  }
}

/** The decision itself takes no time here; it is refused as long as the lost primary may hold its lease. */
async function decide({ manager }: Exercise['centres']): Promise<void> {
  for (;;)
    try {
      return await manager.takeOver('remote')
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'primary_still_held') throw error
      await sleep(250)
    }
}
