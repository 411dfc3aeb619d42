import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from '../../testkit/database.ts'
import { TEST_MASTER_HEX } from '../../testkit/vault.ts'
import { openDoor } from '../continuity/replication/door.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'

/** `fzpay serve` as a process, with the address it prints. */
async function served(
  t: TestContext,
  given: { database?: string; config?: string } = {},
): Promise<{ child: ChildProcess; url: string; said: () => string }> {
  const database = given.database ?? (await testDatabase(t, 'empty')).url
  const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'src/cli.ts'), 'serve', '--port', '0', '--lang', 'en'], {
    env: {
      ...process.env,
      DATABASE_URL: database,
      FZPAY_CONFIG: given.config ?? '',
      FZPAY_MASTER_KEY: TEST_MASTER_HEX,
    },
    cwd: join(PACKAGE_ROOT, 'src'),
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout?.on('data', chunk => (said += chunk))
  child.stderr?.on('data', chunk => (said += chunk))
  while (!/running: http/.test(said)) {
    if (child.exitCode !== null) assert.fail(said)
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')])
  }
  return { child, url: /running: (\S+)/.exec(said)?.[1] ?? '', said: () => said }
}

test('it migrates an empty database, says where it is, and ends well when told to', async t => {
  const { child, url, said } = await served(t)
  assert.deepEqual(await (await fetch(`${url}/health/ready`)).json(), { status: 'ready' })
  child.kill('SIGTERM')
  const [status] = await once(child, 'exit')
  assert.equal(status, 0, said())
  await assert.rejects(fetch(`${url}/health/live`))
})

test('a second signal ends it at once', async t => {
  const { child, url } = await served(t)
  // A request whose head never ends keeps the first signal waiting.
  const slow = connect(Number(new URL(url).port), '127.0.0.1')
  slow.on('error', () => {})
  await once(slow, 'connect')
  slow.write('GET /health/live HTTP/1.1\r\nhost: ')
  // Answered over another connection: what was sent before it has arrived.
  await fetch(`${url}/health/live`)
  child.kill('SIGTERM')
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  child.kill('SIGTERM')
  const [status] = await once(child, 'exit')
  assert.equal(status, 143)
  slow.destroy()
})

test('where the database is gone it ends all the same, before its supervisor kills it', async t => {
  const { url: database } = await testDatabase(t, 'empty')
  const door = await openDoor(Number(new URL(database).port))
  const through = new URL(database)
  through.port = String(door.port)
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-serve-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'fzpay.yaml')
  writeFileSync(config, 'server: { stop_seconds: 1 }\n')
  const { child, url, said } = await served(t, { database: through.href, config })
  await door.close()
  while ((await fetch(`${url}/health/ready`)).status !== 503) await sleep(100)
  // Until a task is taken that cannot be ticked off.
  await sleep(2_000)
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 15_000)
  assert.deepEqual(await once(child, 'exit'), [0, null], said())
  clearTimeout(patience)
})
