import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { openDatabase } from '../../system/database.ts'
import { migrate } from '../../system/migrate.ts'
import { REPLICATION_USER } from '../../system/postgres_settings.ts'
import type { Text } from '../drill.ts'
import { type LeaseTimes, USUAL_TIMES } from './lease.ts'
import { Manager } from './manager.ts'
import { CENTRES, type Centre, Node } from './node.ts'

/** 两地三中心 on one machine: a primary, a synchronous standby in the same city, an asynchronous one in another, and their manager. */
export type Centres = {
  readonly nodes: Readonly<Record<Centre, Node>>
  readonly manager: Manager
  /** Of all three, as the platform gets it. */
  readonly url: string
  close(): Promise<void>
}

export type CentresOptions = {
  readonly folder: string
  /** Whether there is a network in front of each, which can be cut. */
  readonly doors: boolean
  readonly times?: LeaseTimes
  readonly tell: (what: Text) => void
}

/** Sets the three up in `folder`, each streaming, and begins to manage them. */
export async function setUpCentres(options: CentresOptions): Promise<Centres> {
  const { folder, doors, tell, times = USUAL_TIMES } = options
  mkdirSync(folder, { recursive: true })
  const [main, city, remote] = await Promise.all(CENTRES.map(centre => Node.make(centre, folder, doors)))
  const nodes = { main, city, remote } as Record<Centre, Node>
  const password = randomBytes(18).toString('base64url')
  let manager: Manager | undefined
  const close = async (): Promise<void> => {
    await manager?.stop()
    for (const node of Object.values(nodes)) await node.close()
  }
  try {
    await nodes.main.initialise()
    await nodes.main.start()
    const db = await openDatabase({ url: nodes.main.urlAt(nodes.main.port), connections: 2 })
    try {
      await migrate(db.pool)
      await db.pool.query(`create role ${REPLICATION_USER} login replication password '${password}'`)
    } finally {
      await db.close()
    }
    await Promise.all([nodes.city, nodes.remote].map(standby => standby.rebuild(nodes.main, password)))
    await nodes.main.waitFor('city')
    manager = new Manager({ nodes, password, times, now: Date.now, tell }, 'main', 'city')
    manager.start()
    await untilSynchronous(nodes.main, 'city')
    const hosts = Object.values(nodes).map(node => `127.0.0.1:${node.publicPort}`)
    return { nodes, manager, url: `postgres://fzpay:${nodes.main.password()}@${hosts.join(',')}/fzpay`, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function untilSynchronous(primary: Node, standby: Centre): Promise<void> {
  const client = await primary.connect()
  try {
    for (let tries = 0; tries < 600; tries++) {
      const { rowCount } = await client.query(
        "select from pg_stat_replication where application_name = $1 and sync_state = 'sync'",
        [standby],
      )
      if (rowCount === 1) return
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  } finally {
    await client.end()
  }
  throw new Error(`${standby} is not synchronous after a minute`)
}
