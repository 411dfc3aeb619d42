import assert from 'node:assert/strict'
import { generateKeyPairSync, hash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import ssh2 from 'ssh2'
import { actor } from '../../testkit/actors.ts'
import { type TestApp, testApp } from '../../testkit/app.ts'
import { FakeChannel, fakeChannels } from '../../testkit/fake_channel.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { type BillRow, wechatBill } from '../../testkit/wechat_bill.ts'
import { SYSTEM } from '../access/actor.ts'
import type { StatementDownload } from '../channels/channel.ts'
import type { Failure } from '../kernel/failure.ts'
import { kindsByCode } from '../reviews/kind.ts'
import { approveReview, refuseReview } from '../reviews/operations.ts'
import { prepareJobs } from '../system/jobs.ts'
import { shapeOf } from '../system/shape.ts'
import { acceptanceKind } from './acceptance.ts'
import { type Arriving, planOf } from './arriving.ts'
import { downloadRaw, fetchNow, readArrivals, readChanges, readFile, uploadFile } from './asked.ts'
import { alertMissing, planArrivals } from './expecting.ts'
import { bring, fetchArrival, lookIntoBoxes, noteBooked } from './operations.ts'
import { plansOf } from './plan.ts'
import { StatementsSection, type StatementsSettings } from './settings.ts'
import { dueArrivals } from './store.ts'

after(closeTestServer)

/** Says what a test tells it to say, in order; then that nothing is published. */
class Publisher extends FakeChannel {
  override readonly merchant = '1900000001'
  readonly says: (StatementDownload | Error)[] = []
  override async downloadStatement(): Promise<never> {
    const answer = this.says.shift() ?? { state: 'not_published' as const }
    if (answer instanceof Error) throw answer
    return answer as never
  }
}

const DAY = '2026-11-24'
const fare = (n: number, change: Partial<BillRow> = {}): BillRow => ({
  at: `${DAY} 10:0${n}:00`,
  trade: `420000000020261124000000000${n}`,
  order: `O${n}`,
  fen: 200,
  ...change,
})
const ready = (rows: readonly BillRow[], name = 'bill.csv'): StatementDownload => ({
  state: 'ready',
  name,
  content: Buffer.from(wechatBill(rows)),
})
const badRow = (bill: string): string => bill.replace('`2.00', '`2.x0')

type World = {
  readonly app: Arriving & TestApp
  readonly channel: Publisher
  due(): Promise<void>
  states(): Promise<string[]>
}

/** 09:00 in China of the day after DAY. */
async function world(t: TestContext, settings: object = {}, folder = '.'): Promise<World> {
  const channel = new Publisher()
  const base = await testApp(t, '2026-11-25T01:00:00Z')
  const read = shapeOf(StatementsSection).read({
    ...settings,
    accounts: { 'wechat-main': { kinds: ['trade'] }, ...(settings as { accounts?: object }).accounts },
  })
  assert.ok('value' in read, JSON.stringify(read))
  const configured = read.value as StatementsSettings
  const app = {
    ...base,
    mailTo: ['ops@example.com'],
    webhook: false,
    plans: plansOf(configured, fakeChannels(channel)),
    backfillDays: configured.backfill_days,
    stableSeconds: configured.stable_seconds,
    folder,
  }
  await planArrivals(app)
  return {
    app,
    channel,
    async due() {
      for (const id of await dueArrivals(app.db.pool, app.now(), 10)) await fetchArrival(app, id)
    },
    states: async () =>
      (await readArrivals(app, actor('li'), {})).arrivals.map(
        ({ day, state, attempts, error }) => `${day} ${state} ${attempts}${error ? ` ${error.code}` : ''}`,
      ),
  }
}

const temporary = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-arrivals-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const booked = async (app: TestApp): Promise<number> =>
  (await app.db.pool.query('select count(*)::int as lines from statement_lines')).rows[0].lines

test('not published, failed and there are three states; a statement is tried for until it is there, and once by one', async t => {
  const { app, channel, due, states } = await world(t)
  assert.deepEqual(await states(), [`${DAY} awaited 0`])
  channel.says.push({ state: 'not_published' }, { state: 'failed', reason: 'HTTP 500' }, ready([fare(1), fare(2)]))
  await due()
  assert.deepEqual(await states(), [`${DAY} not_published 1`])
  await due()
  assert.deepEqual(await states(), [`${DAY} not_published 1`], 'not before its time')
  app.pass(300)
  const [id = 0] = await dueArrivals(app.db.pool, app.now(), 1)
  await Promise.all([fetchArrival(app, id), fetchArrival(app, id), fetchArrival(app, id)])
  assert.deepEqual(await states(), [`${DAY} failed 2 statement_download_failed`])
  app.pass(600)
  await due()
  assert.deepEqual(await states(), [`${DAY} arrived 3`])
  assert.equal(await booked(app), 2)
  assert.equal(await planArrivals(app), 0)
  app.pass(86_400)
  assert.equal(await planArrivals(app), 1)
})

test('published and empty is a statement: nothing is missing', async t => {
  const { app, channel, due, states } = await world(t)
  channel.says.push({ state: 'empty' })
  await due()
  assert.deepEqual(await states(), [`${DAY} empty 1`])
  app.pass(7200)
  assert.equal(await alertMissing(app), 0)
})

test('a missing statement is told once, before the close; when it comes, the alert is settled', async t => {
  const { app, channel, due } = await world(t)
  // It should be there at nine, the alert is at nine: nobody is told before the channel was asked.
  assert.equal(await alertMissing(app), 0)
  await due()
  assert.equal(await alertMissing(app), 1)
  assert.equal(await alertMissing(app), 0)
  const alerts = async () =>
    (await app.db.pool.query(`select kind, facts, acknowledged_by from alerts`)).rows.map(
      row => `${row.kind} ${row.facts.account} ${row.facts.day} ${row.facts.state} ${row.acknowledged_by}`,
    )
  assert.deepEqual(await alerts(), [`statement_missing wechat-main ${DAY} not_published `])
  assert.equal((await app.db.pool.query(`select from outbox where template = 'security_alert'`)).rowCount, 1)
  app.pass(300)
  channel.says.push(ready([fare(1)]))
  await due()
  assert.deepEqual(await alerts(), [`statement_missing wechat-main ${DAY} not_published system`])
})

test('a worker that dies over a download loses its claim, and another fetches', async t => {
  const { app, channel, due, states } = await world(t)
  channel.says.push(new Error('killed'))
  await assert.rejects(due(), /killed/)
  assert.deepEqual(await states(), [`${DAY} failed 1 statement_fetch_broken`])
  // One that died without a word: its claim ends.
  await app.db.pool.query(`update arrivals set next_try_at = $1`, [new Date(app.now().getTime() + 1_800_000)])
  app.pass(1_800)
  channel.says.push(ready([fare(1)]))
  await due()
  assert.deepEqual(await states(), [`${DAY} arrived 2`])
})

test('a statement that was booked without a word, by one who died or on the command line, is noted as there, and nobody is told that it is missing', async t => {
  const { app, channel, due, states } = await world(t)
  channel.says.push({ state: 'failed', reason: 'no answer' })
  await due()
  assert.deepEqual(await states(), [`${DAY} failed 1 statement_download_failed`])
  assert.equal(await noteBooked(app), 0)
  const path = join(await temporary(t), 'file')
  const file = async (rows: readonly BillRow[], name: string) => {
    await writeFile(path, wechatBill(rows))
    return await bring(app, planOf(app, 'wechat-main'), { path, name, day: DAY, newest: true }, SYSTEM)
  }
  assert.equal((await file([fare(1, { at: '2026-11-20 10:00:00' })], 'another day.csv')).state, 'refused')
  assert.equal(await noteBooked(app), 0, 'what was refused is not there')
  await file([fare(1)], 'bill.csv')
  const second = await file([fare(1), fare(2)], 'bill again.csv')
  assert.equal(await noteBooked(app), 1)
  assert.deepEqual(await states(), [`${DAY} arrived 1`])
  const [arrival] = (await readArrivals(app, actor('li'), {})).arrivals
  assert.equal(arrival?.file_id, second.id, 'the version that counts')
  assert.equal(await alertMissing(app), 0)
  assert.equal(await noteBooked(app), 0, 'once')
  app.pass(86_400)
  assert.equal((await dueArrivals(app.db.pool, app.now(), 10)).length, 1, 'a newer version is still looked for')
})

test('another day’s file is refused and kept; where it belongs the same file is booked', async t => {
  const { app, channel, due, states } = await world(t)
  const old = [fare(1, { at: '2026-11-20 10:00:00' })]
  channel.says.push(ready(old))
  await due()
  assert.deepEqual(await states(), [`${DAY} refused 1 statement_wrong_day`])
  assert.equal(await booked(app), 0)
  const path = join(await temporary(t), 'file')
  await writeFile(path, wechatBill(old))
  const file = await uploadFile(app, actor('li'), path, 'x', {
    id: 'upload-001',
    name: '20日.csv',
    account: 'wechat-main',
    day: '2026-11-20',
  })
  assert.equal(file.state, 'booked')
  assert.equal(await booked(app), 1)
})

test('a newer version supersedes the older; its difference is shown, and a later look that brings nothing changes nothing', async t => {
  const { app, channel, due, states } = await world(t)
  channel.says.push(ready([fare(1), fare(2)]), ready([fare(1), fare(2, { fen: 300 })]))
  await due()
  app.pass(86_400)
  await due()
  assert.deepEqual(await states(), [`${DAY} arrived 2`])
  await prepareJobs(app.db, app.log)
  const [arrival] = (await readArrivals(app, actor('li'), {})).arrivals
  const { changes } = await readChanges(app, actor('li'), arrival?.file_id ?? 0, {})
  assert.deepEqual(
    changes.map(({ change, before, after }) => `${change} ${before?.amount} ${after?.amount}`),
    ['changed 2.00 3.00'],
  )
  await fetchNow(app, actor('li'), arrival?.arrival_id ?? 0, { id: 'fetch-0001' })
  await due()
  assert.deepEqual(await states(), [`${DAY} arrived 3`])
})

const BEFORE_AND_AFTER = [
  [fare(1), fare(2)],
  [fare(1), fare(2, { fen: 300 })],
] as const

test('a channel that goes back to its first statement is believed; who uploads the old file is asked first', async t => {
  const { app, channel, due } = await world(t)
  await prepareJobs(app.db, app.log)
  const [before, after] = BEFORE_AND_AFTER
  const look = async (rows: readonly BillRow[]) => {
    channel.says.push(ready(rows))
    const [arrival] = (await readArrivals(app, actor('li'), {})).arrivals
    await fetchNow(app, actor('li'), arrival?.arrival_id ?? 0, { id: app.newId() })
    await due()
    const [now] = (await readArrivals(app, actor('li'), {})).arrivals
    return await readFile(app, actor('li'), now?.file_id ?? 0)
  }
  const first = await look(before)
  const second = await look(after)
  const back = await look(before)
  assert.deepEqual([first.same_as, second.same_as, back.same_as], [null, null, first.file_id])
  assert.deepEqual([back.booked, back.superseded, back.counts], [1, 1, true])
  const path = join(await temporary(t), 'file')
  await writeFile(path, wechatBill(after))
  const upload = (id: string, newest?: boolean) =>
    uploadFile(app, actor('li'), path, 'x', {
      id,
      name: '旧.csv',
      account: 'wechat-main',
      day: DAY,
      ...(newest ? { newest } : {}),
    })
  const asked = await upload('upload-001')
  assert.deepEqual([asked.repeated, asked.file_id, asked.counts], [true, second.file_id, false])
  const said = await upload('upload-002', true)
  assert.deepEqual([said.repeated, said.same_as, said.counts], [false, second.file_id, true])
  assert.equal((await readFile(app, actor('li'), back.file_id)).counts, false)
  assert.equal((await upload('upload-002', true)).file_id, said.file_id)
})

test('of two versions in a folder the one made later counts, whichever is read last', async t => {
  const folder = await temporary(t)
  const source = { type: 'folder', path: '.', pattern: 'WX_{day}*.csv' }
  const { app } = await world(t, { accounts: { 'wechat-main': { source } } }, folder)
  const [before, after] = BEFORE_AND_AFTER
  const lay = async (name: string, rows: readonly BillRow[], made: string): Promise<void> => {
    await writeFile(join(folder, name), wechatBill(rows))
    await utimes(join(folder, name), new Date(made), new Date(made))
    await lookIntoBoxes(app)
    app.pass(30)
    await lookIntoBoxes(app)
  }
  const sum = async (): Promise<number> =>
    (
      await app.db.pool.query(
        `select sum(amount)::int as sum from statement_lines l where not exists (select from superseded_lines s where s.line_id = l.id)`,
      )
    ).rows[0].sum
  await lay('WX_20261124_b.csv', after, '2026-11-24T20:00:00Z')
  await lay('WX_20261124_a.csv', before, '2026-11-24T18:00:00Z')
  assert.equal(await sum(), 500)
  // The sender puts the first one there again, later than both.
  await lay('WX_20261124_c.csv', before, '2026-11-24T22:00:00Z')
  assert.equal(await sum(), 400)
})

test('a statement with unreadable records waits for a second person: booked without them, or refused', async t => {
  const { app, channel, due, states } = await world(t)
  const accepting = { ...app, kinds: kindsByCode([acceptanceKind(app)]) }
  const review = async (): Promise<string> =>
    (await app.db.pool.query(`select id from reviews where state = 'open'`)).rows[0].id
  const bad = (rows: readonly BillRow[]): StatementDownload => ({
    state: 'ready',
    name: 'bill.csv',
    content: Buffer.from(badRow(wechatBill(rows))),
  })
  channel.says.push(bad([fare(1), fare(2), fare(3)]))
  await due()
  const held = (await states())[0] ?? ''
  assert.match(held, /awaiting_acceptance|refused/)
  assert.equal(held, `${DAY} awaiting_acceptance 1`)
  assert.equal(await booked(app), 0)
  await approveReview(accepting, actor('wang'), { id: 'word-00001', reviewId: await review(), reason: '已与渠道核对' })
  assert.deepEqual(await states(), [`${DAY} arrived 1`])
  assert.equal(await booked(app), 2)

  app.pass(86_400)
  await planArrivals(app)
  channel.says.push(
    { state: 'not_published' },
    bad([1, 2].map(n => fare(n, { at: `2026-11-25 10:0${n}:00`, trade: `T${n}` }))),
  )
  await due()
  app.pass(300)
  await due()
  await refuseReview(accepting, actor('wang'), { id: 'word-00002', reviewId: await review(), reason: '重新下载' })
  assert.match((await states())[0] ?? '', /^2026-11-25 refused \d statement_not_accepted$/)
})

test('a watched folder: a file is read when it lies still, once, and moved away', async t => {
  const folder = await temporary(t)
  const source = { type: 'folder', path: '.', pattern: 'WX_{day}*.csv', done: 'done' }
  const { app, states } = await world(t, { accounts: { 'wechat-main': { source } } }, folder)
  await writeFile(join(folder, 'notes.txt'), 'nothing of ours')
  await lookIntoBoxes(app)
  assert.deepEqual(await states(), [`${DAY} not_published 1`])
  const whole = wechatBill([fare(1), fare(2)])
  await writeFile(join(folder, 'WX_20261124.csv'), whole.slice(0, 300))
  await lookIntoBoxes(app)
  app.pass(30)
  await writeFile(join(folder, 'WX_20261124.csv'), whole)
  await lookIntoBoxes(app)
  assert.equal(await booked(app), 0, 'it has just changed')
  app.pass(30)
  await lookIntoBoxes(app)
  assert.equal(await booked(app), 2)
  assert.match((await states())[0] ?? '', /arrived/)
  assert.deepEqual((await readdir(folder)).sort(), ['done', 'notes.txt'])
  assert.deepEqual(await readdir(join(folder, 'done')), ['WX_20261124.csv'])
})

test('a folder that is not there is a failure of those who wait for it, with the reason', async t => {
  const source = { type: 'folder', path: 'nowhere', pattern: '{day}.csv' }
  const { app, states } = await world(t, { accounts: { 'wechat-main': { source } } }, await temporary(t))
  await lookIntoBoxes(app)
  assert.deepEqual(await states(), [`${DAY} failed 1 folder_unreadable`])
})

test('SFTP: the pinned server is read, another one is not talked to', async t => {
  const folder = await temporary(t)
  const server = await sftpServer(t, folder)
  const source = {
    ...{ type: 'sftp', host: '127.0.0.1', port: server.port, user: 'fzpay', password: 'secret' },
    ...{ host_key: server.hostKey, path: '/out', pattern: 'WX_{date}.csv' },
  }
  await writeFile(join(folder, `WX_${DAY}.csv`), wechatBill([fare(1), fare(2)]))
  const good = await world(t, { stable_seconds: 0, accounts: { 'wechat-main': { source } } })
  await lookIntoBoxes(good.app)
  assert.match((await good.states())[0] ?? '', /arrived/)
  assert.equal(await booked(good.app), 2)
  const fetched = server.opened.length
  await lookIntoBoxes(good.app)
  assert.equal(server.opened.length, fetched, 'never read twice')

  const tried = server.logIns.length
  const other = { ...source, host_key: `SHA256:${'A'.repeat(43)}` }
  const wrong = await world(t, { stable_seconds: 0, accounts: { 'wechat-main': { source: other } } })
  await lookIntoBoxes(wrong.app)
  assert.deepEqual(await wrong.states(), [`${DAY} failed 1 sftp_host_key_wrong`])
  assert.equal(server.logIns.length, tried, 'no password was shown')
})

test('the bytes are for who may see payers, and taking them is recorded; a problem’s words, too', async t => {
  const { app, channel, due } = await world(t)
  channel.says.push(ready([fare(1)]))
  await due()
  const id = (await readArrivals(app, actor('li'), {})).arrivals[0]?.file_id ?? 0
  const parts: Buffer[] = []
  for await (const part of (await downloadRaw(app, actor('li'), id)).content) parts.push(part)
  assert.equal(Buffer.concat(parts).toString(), wechatBill([fare(1)]))
  assert.equal((await app.db.pool.query(`select from operation_log where what = 'statement.download'`)).rowCount, 1)
  const clerk = { ...actor('wu'), permissions: new Set(['statement.read']) }
  await assert.rejects(downloadRaw(app, clerk, id), (error: Failure) => error.code === 'raw_not_permitted')
  assert.equal((await readFile(app, clerk, id)).state, 'booked')
  const narrow = actor('zhao', [{ merchants: ['M1'], channels: null }])
  await assert.rejects(readFile(app, narrow, id), (error: Failure) => error.code === 'statement_unknown')
})

/** A real SFTP server over a folder, read only; `/out` is the folder. */
async function sftpServer(t: TestContext, folder: string) {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const key = ssh2.utils.parseKey(privateKey) as ssh2.ParsedKey
  const hostKey = `SHA256:${hash('sha256', key.getPublicSSH(), 'base64').replace(/=+$/, '')}`
  const logIns: string[] = []
  const opened: string[] = []
  const { STATUS_CODE } = ssh2.utils.sftp
  const server = new ssh2.Server({ hostKeys: [privateKey] }, client => {
    client.on('error', () => {})
    client.on('authentication', context => {
      if (context.method !== 'password') return context.reject(['password'])
      logIns.push(context.username)
      if (context.username === 'fzpay' && context.password === 'secret') context.accept()
      else context.reject()
    })
    client.on('session', accept =>
      accept().on('sftp', acceptSftp => {
        const sftp = acceptSftp()
        const files = new Map<number, Awaited<ReturnType<typeof open>>>()
        let listed = false
        const attributes = async (path: string) => {
          const { mode, size, mtimeMs } = await stat(path)
          const time = Math.floor(mtimeMs / 1000)
          return { mode, size, uid: 0, gid: 0, atime: time, mtime: time }
        }
        sftp.on('OPENDIR', (id, path) => {
          listed = false
          if (path === '/out') sftp.handle(id, Buffer.from('d'))
          else sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
        })
        sftp.on('READDIR', async id => {
          if (listed) return sftp.status(id, STATUS_CODE.EOF)
          listed = true
          const names = await readdir(folder)
          const entries = names.map(async filename => ({
            ...{ filename, longname: filename, attrs: await attributes(join(folder, filename)) },
          }))
          sftp.name(id, await Promise.all(entries))
        })
        sftp.on('OPEN', async (id, path) => {
          const file = await open(join(folder, path.replace('/out/', '')))
          opened.push(path)
          files.set(file.fd, file)
          sftp.handle(id, Buffer.from(String(file.fd)))
        })
        sftp.on('FSTAT', async (id, handle) => {
          const file = files.get(Number(handle.toString()))
          if (!file) return sftp.status(id, STATUS_CODE.FAILURE)
          const { mode, size, mtimeMs } = await file.stat()
          const time = Math.floor(mtimeMs / 1000)
          sftp.attrs(id, { mode, size, uid: 0, gid: 0, atime: time, mtime: time })
        })
        sftp.on('STAT', async (id, path) => sftp.attrs(id, await attributes(join(folder, path.replace('/out/', '')))))
        sftp.on('READ', async (id, handle, offset, length) => {
          const file = files.get(Number(handle.toString()))
          const { buffer, bytesRead } = (await file?.read(Buffer.alloc(length), 0, length, offset)) ?? {
            bytesRead: 0,
            buffer: Buffer.alloc(0),
          }
          if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF)
          else sftp.data(id, buffer.subarray(0, bytesRead))
        })
        sftp.on('CLOSE', async (id, handle) => {
          await files.get(Number(handle.toString()))?.close()
          sftp.status(id, STATUS_CODE.OK)
        })
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server as unknown as NodeJS.EventEmitter, 'listening')
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, hostKey, logIns, opened }
}
