import type { Check } from '../drill.ts'
import { abandon, type Node } from './node.ts'

/**
 * Tries to commit at a server itself, past manager and platform, for `ms`. True: it was acknowledged. What is tried changes no table, but a commit waits for the
 * synchronous standby all the same.
 */
export async function commitsAt(node: Node, ms: number): Promise<boolean> {
  const client = await node.connect().catch(() => null)
  if (client === null) return false
  const committed = client
    .query("select pg_logical_emit_message(true, 'fzpay drill', '')")
    .then(() => true)
    .catch(() => false)
  const late = new Promise<boolean>(resolve => setTimeout(() => resolve(false), ms).unref())
  const acknowledged = await Promise.race([committed, late])
  // Cut, not cancelled: a commit whose wait is cancelled is acknowledged with a warning.
  await abandon(client)
  return acknowledged
}

/** The old primary, started as it was, must acknowledge nothing. */
export async function oldPrimaryIsFenced(node: Node, ms: number): Promise<Check> {
  await node.start()
  const acknowledged = await commitsAt(node, ms)
  await node.kill()
  return {
    what: {
      zh: '旧主库按原样启动后不确认任何写入',
      en: 'the old primary, started as it was, acknowledges no write',
    },
    holds: !acknowledged,
    detail: { zh: '', en: '' },
  }
}

/** What was primary is a standby now. */
export async function refusesWrites(node: Node): Promise<Check> {
  const client = await node.connect()
  try {
    const code = await client.query('create table never (x int)').then(
      () => '',
      error => (error as { code?: string }).code ?? '',
    )
    return {
      what: { zh: '重新加入的旧主库只读', en: 'the old primary that joined again takes no writes' },
      holds: code === '25006', // read_only_sql_transaction
      detail: { zh: code, en: code },
    }
  } finally {
    await client.end()
  }
}
