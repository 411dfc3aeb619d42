import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** `node await_server.ts HOST PORT`: ends when the server takes connections, at the latest after half a minute with status 1. Who asks is refused for its password, and only then. */
const [host = '', port = ''] = process.argv.slice(2)
const AUTHENTICATION = /^28/
let said = 'nothing'
for (const end = performance.now() + 30_000; performance.now() < end; await sleep(10)) {
  const client = new pg.Client({ host, port: Number(port), user: 'nobody', password: '-', database: 'postgres' })
  client.on('error', () => {})
  said = await client.connect().then(
    () => '28',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  )
  await client.end().catch(() => {})
  if (AUTHENTICATION.test(said)) process.exit(0)
}
console.error(said)
process.exit(1)
