import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { type Browser, peopleTest } from '../../testkit/people.ts'
import { seedReportDays } from '../../testkit/report_days.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { previewReport } from './operations.ts'
import { allSheets } from './read_back.ts'
import { STANDARD } from './standard.ts'
import { keepPiece, tellProgress } from './store.ts'
import { runSchedules } from './template_operations.ts'
import { writeExport } from './writing.ts'

after(closeTestServer)

async function house(t: TestContext) {
  const people = await peopleTest(t)
  await seedReportDays(people.platform.app)
  const logIn = async (login: string, role: string, place = {}): Promise<Browser> => {
    const browser = people.browser()
    assert.equal(await browser.logIn(await people.person(login, role, place)), 200)
    return browser
  }
  return { ...people, logIn }
}

const preview = async (browser: Browser, content: unknown, lang = 'zh') => {
  const answer = await browser.send('POST', '/api/reports/preview', { content, lang })
  assert.equal(answer.status, 200, answer.text)
  return answer.body as { titles: string[]; rows: (string | null)[][] }
}

let asks = 0
/** Asks for an export and waits for its end. */
async function exported(browser: Browser, ask: object): Promise<{ view: Record<string, unknown>; bytes: Buffer }> {
  const asked = await browser.send('POST', '/api/reports/exports', { id: `export-${++asks}-0000`, ...ask })
  assert.equal(asked.status, 200, asked.text)
  const view = await ended(browser, asked.body.export_id)
  assert.equal(view.state, 'ready', JSON.stringify(view))
  return { view, bytes: await download(browser, asked.body.export_id) }
}

async function ended(browser: Browser, id: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await browser.send('GET', `/api/reports/exports/${id}`)
    if (!['waiting', 'running'].includes(body.state)) return body
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function download(browser: Browser, id: string): Promise<Buffer> {
  const answer = await fetch(`${browserUrl(browser)}/api/reports/exports/${id}/file`, {
    headers: { cookie: browser.cookie, 'x-forwarded-for': browser.address, 'user-agent': browser.device },
  })
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer())
}
let url = ''
const browserUrl = (_: Browser) => url

async function sheetsOf(t: TestContext, bytes: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-report-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'r.xlsx'), bytes)
  return await allSheets(join(folder, 'r.xlsx'))
}

const DAY = { from: '2026-11-19', to: '2026-11-19' }
const columns = (...fields: string[]) => fields.map(field => ({ field }))

test('reports: what stands in them, who sees what of it, files, schedules', async t => {
  const all = await house(t)
  const { platform, logIn } = all
  const { app } = platform
  url = platform.url
  const finance = await logIn('li.na', 'finance')
  const auditor = await logIn('shen', 'auditor')
  const school = await logIn('chen', 'finance', { merchants: ['M2'] })

  await t.test('the daily report: the addition leads from our net to theirs, to the 分', async () => {
    const { body } = await finance.send('GET', '/api/reports/daily/2026-11-19')
    const [alipay, wechat] = body.days
    assert.equal(alipay.state, 'closed')
    assert.deepEqual([alipay.ours.amount, alipay.theirs.amount, alipay.match_rate], ['200.00', '200.00', '100.00'])
    assert.deepEqual(wechat.ours, { rows: 8, amount: '1386.00' })
    assert.deepEqual(wechat.theirs, { rows: 6, amount: '1281.74' })
    assert.deepEqual(
      wechat.steps.map((step: { step: string; amount: string }) => `${step.step} ${step.amount}`),
      ['in_transit_out -20.00', 'in_transit -66.00', 'channel_only 12.34', 'platform_only -30.00', 'matched -0.60'],
    )
    assert.deepEqual([wechat.reached, wechat.balanced], ['1281.74', true])
    // Six of eight have their line, one of them tomorrow's.
    assert.equal(wechat.match_rate, '75.00')
    assert.deepEqual((await school.send('GET', '/api/reports/daily/2026-11-19')).body.days, [])
    assert.equal(await finance.outcome('GET', '/api/reports/daily/2026-02-30'), 'date_invalid')
    const { rows } = await preview(finance, {
      dataset: 'daily',
      columns: columns(
        'channel',
        'ours_rows',
        'ours_net',
        'in_transit_out',
        'in_transit',
        'theirs_net',
        'theirs_rows',
        'rest',
        'match_rate',
      ),
      filters: { date: DAY },
    })
    assert.deepEqual(rows, [
      ['支付宝', '1', '200.00', '0.00', '0.00', '200.00', '1', '0.00', '100.00', 'CNY'],
      ['微信支付', '8', '1386.00', '-20.00', '-66.00', '1281.74', '6', '0.00', '75.00', 'CNY'],
    ])
  })

  await t.test(
    'every standard report is a query that PostgreSQL takes, with all fields of its dataset as well',
    async () => {
      const { datasets } = (await finance.send('GET', '/api/reports/datasets')).body
      for (const { content } of STANDARD) await previewReport(app, actor('a'), content, 'zh')
      for (const { dataset, fields, filters } of datasets) {
        const every = fields.map(({ field }: { field: string }) => ({ field }))
        await preview(finance, { dataset, columns: every })
        for (const { filter, kind, values } of filters) {
          const value = { dates: 'last_30_days', any: [values[0] ?? 'x'], least: '1.00', account: '1' }[kind as 'dates']
          await preview(finance, { dataset, columns: every, filters: { [filter]: value } })
        }
      }
    },
  )

  await t.test('each payment says where it stands', async () => {
    const { rows } = await preview(finance, {
      dataset: 'items',
      columns: columns('payment_no', 'state', 'amount'),
      filters: { date: DAY },
      order: [{ field: 'payment_no' }],
    })
    assert.deepEqual(rows, [
      ['PO1', '已对平，待关账', '128.60', 'CNY'],
      ['PO2', '已对平，待关账', '50.00', 'CNY'],
      ['PO20', '已缴费且已对账', '200.00', 'CNY'],
      ['PO3', '已对平，待关账', '1000.00', 'CNY'],
      ['PO4', '已对平，待关账', '20.00', 'CNY'],
      ['PO5', '差错', '30.00', 'CNY'],
      ['PO7', '已对平，待关账', '100.00', 'CNY'],
      ['PO8', '在途', '66.00', 'CNY'],
      ['RO1', '已对平，待关账', '-8.60', 'CNY'],
    ])
  })

  await t.test('fees and settlement add up to both books', async () => {
    const fees = await preview(finance, {
      dataset: 'fees',
      columns: columns('channel', 'ours_amount', 'theirs_amount', 'ours_fee', 'theirs_fee', 'difference'),
      filters: { date: DAY, channel: ['wechat'] },
      group: ['channel'],
    })
    // Theirs with the record that is listed twice, without the one that was taken away; fees 0.77 + 0.30 + 6.00 and 0.77 + 0.31 + 6.00 + 0.60 + 0.07.
    assert.deepEqual(fees.rows, [['微信支付', '1386.00', '1410.34', '7.07', '7.75', '0.68', 'CNY']])
    const settled = await preview(finance, {
      dataset: 'merchant_settlement',
      columns: columns('merchant', 'merchant_name', 'gross', 'refunds', 'fee', 'net', 'reconciled'),
      filters: { date: DAY },
      group: ['merchant', 'merchant_name'],
    })
    assert.deepEqual(settled.rows, [
      ['', null, '0.00', '0.00', '0.07', '-0.07', '0.00', 'CNY'].map(cell => cell || null),
      ['M1', '抚州水务', '498.60', '8.60', '3.00', '487.00', '200.00', 'CNY'],
      ['M2', '第一中学', '1096.00', '0.00', '6.00', '1090.00', '0.00', 'CNY'],
    ])
  })

  await t.test('who may see one merchant sees its rows; a department holds for those below it', async () => {
    const content = { dataset: 'items', columns: columns('merchant', 'amount'), group: ['merchant'] }
    assert.deepEqual((await preview(school, content)).rows, [['M2', '1096.00', 'CNY']])
    assert.equal((await preview(finance, content)).rows.length, 2)
    const of = async (department: string) =>
      (await preview(finance, { ...content, filters: { department: [department] } })).rows.length
    assert.deepEqual([await of('D0'), await of('D1'), await of('D9')], [2, 1, 0])
    const open = { dataset: 'ageing', columns: columns('kind', 'amount'), order: [{ field: 'kind' }] }
    assert.deepEqual((await preview(school, open)).rows, [
      ['在途', '66.00', 'CNY'],
      ['短款', '30.00', 'CNY'],
    ])
  })

  await t.test('personal data is masked for whoever may not see it, in previews and in files', async () => {
    const content = {
      dataset: 'items',
      columns: columns('order_no', 'account_no', 'payer_name', 'payer', 'amount'),
      filters: { account_no: '3601002605' },
    }
    assert.deepEqual((await preview(finance, content)).rows, [
      ['O5', '3601002605', '王小明', 'oOpenid0001', '30.00', 'CNY'],
    ])
    const hidden = ['O5', '******2605', '王**', '*******0001', '30.00', 'CNY']
    assert.deepEqual((await preview(auditor, content)).rows, [hidden])
    const { bytes, view } = await exported(auditor, { format: 'csv', content })
    assert.equal(bytes.toString(), `\ufeff缴费单号,户号,缴费人,付款账号,金额,币种\r\n${hidden.join(',')}\r\n`)
    assert.deepEqual([view.rows_done, view.rows_total, view.bytes], [1, 1, bytes.length])
    assert.equal(view.sm3, createHash('sm3').update(bytes).digest('hex'))
    const logged = (await all.acts()).filter(({ what }) => what.startsWith('report.'))
    assert.deepEqual(
      logged.map(({ what, who }) => `${what} ${who}`),
      ['report.export staff:shen', 'report.export_ready staff:shen', 'report.download staff:shen'],
    )
    assert.ok(logged.every(({ detail }) => detail.includes('"***"') && !detail.includes('3601002605')))
  })

  await t.test('in CSV nothing that came from outside is a formula, in Excel it is text', async () => {
    const content = {
      dataset: 'items',
      columns: columns('title', 'amount'),
      filters: { date: DAY, order_no: ['O1', 'O3'] },
    }
    const csv = (await exported(finance, { format: 'csv', content })).bytes.toString()
    assert.ok(csv.includes(`"'=HYPERLINK(""http://x"",""水费"")",128.60,CNY\r\n`))
    assert.ok(csv.includes(`"'=HYPERLINK(""http://x"",""水费"")",-8.60,CNY\r\n`), 'a number stays a number')
    assert.ok(csv.includes(`'+学费,1000.00,CNY\r\n`))
    const [sheet] = (await sheetsOf(t, (await exported(finance, { format: 'xlsx', content })).bytes)).values()
    assert.equal(sheet?.[1]?.[0]?.type, 'inlineStr')
    assert.deepEqual(
      sheet?.at(-1)?.map(cell => cell && `${cell.type} ${cell.text}`),
      ['inlineStr 合计', 'n 1120.00', 'inlineStr CNY'],
    )
  })

  await t.test('the daily workbook and the paper for signing', async () => {
    const book = await sheetsOf(
      t,
      (await exported(finance, { format: 'xlsx', daily: { date: '2026-11-19', matches: true } })).bytes,
    )
    assert.deepEqual([...book.keys()], ['日报', '差错', '在途', '已对平'])
    const daily = (book.get('日报') ?? []).map(row => row.map(cell => cell?.text ?? '').join('|'))
    assert.ok(daily.includes('减：在途转出|1|-20.00'), daily.join('\n'))
    assert.ok(daily.includes('渠道净额（账单）|6|1281.74'))
    assert.ok(daily.includes('✓ 平衡||0.00'))
    assert.equal(book.get('差错')?.length, 5, 'a head, three, and their total')
    assert.equal(book.get('已对平')?.length, 9, 'a head, seven, and their total')
    const pdf = (await exported(finance, { format: 'pdf', daily: { date: '2026-11-19' } })).bytes
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
    const table = await exported(finance, { format: 'pdf', template: { template_id: 'standard.ageing' } })
    assert.equal(table.bytes.subarray(0, 5).toString(), '%PDF-')
  })

  await t.test(
    'the same id is the same export, a fourth unfinished one waits, and a cancelled one has no file',
    async () => {
      const busy = await app.db.connect()
      t.after(() => busy.end().catch(() => {}))
      // Both places of writers are taken.
      await busy.query(
        "select pg_advisory_lock(hashtextextended('report writer ' || n, 0)) from generate_series(0, 1) n",
      )
      const ask = (id: string) => ({ id, format: 'csv', template: { template_id: 'standard.items' } })
      const first = await finance.send('POST', '/api/reports/exports', ask('wait-00001'))
      assert.deepEqual(
        await finance.send('POST', '/api/reports/exports', ask('wait-00001')).then(a => a.body),
        first.body,
      )
      assert.equal(
        await finance.outcome('POST', '/api/reports/exports', { ...ask('wait-00001'), format: 'xlsx' }),
        'id_reused',
      )
      assert.equal(await finance.outcome('POST', '/api/reports/exports', ask('wait-00002')), 200)
      assert.equal(await finance.outcome('POST', '/api/reports/exports', ask('wait-00003')), 200)
      assert.equal(await finance.outcome('POST', '/api/reports/exports', ask('wait-00004')), 'exports_too_many')
      const id = first.body.export_id as string
      assert.equal(await finance.outcome('GET', `/api/reports/exports/${id}/file`), 'export_not_ready')
      assert.equal(await auditor.outcome('GET', `/api/reports/exports/${id}`), 'export_unknown')
      const { exports } = (await finance.send('GET', '/api/reports/exports?limit=3')).body
      for (const [i, { export_id }] of exports.entries()) {
        const cancelled = await finance.send('POST', `/api/reports/exports/${export_id}/cancel`, {
          id: `cancel-0000${i}`,
        })
        assert.equal(cancelled.body.state, 'cancelled')
      }
      await busy.end()
      assert.equal((await ended(finance, id)).state, 'cancelled')
    },
  )

  await t.test('what a killed worker began is begun anew, and the dead one keeps nothing more', async () => {
    const busy = await app.db.connect()
    t.after(() => busy.end().catch(() => {}))
    await busy.query("select pg_advisory_lock(hashtextextended('report writer ' || n, 0)) from generate_series(0, 1) n")
    const content = { dataset: 'items', columns: columns('payment_no'), filters: { date: DAY } }
    const asked = await finance.send('POST', '/api/reports/exports', { id: 'killed-0001', format: 'csv', content })
    const id = asked.body.export_id as string
    // It was at work and had kept a piece when its machine went off.
    await app.db.pool.query("update report_exports set state = 'running', attempt = 1, rows_done = 3 where id = $1", [
      id,
    ])
    await app.db.pool.query("insert into report_pieces values ($1, 1, 0, 'half')", [id])
    await busy.end()
    await writeExport(app, { export_id: id }, new AbortController().signal)
    const view = await ended(finance, id)
    assert.deepEqual([view.state, view.rows_done], ['ready', 9])
    const dead = { id, attempt: 1 }
    assert.equal(await keepPiece(app.db.pool, dead, 1, Buffer.from('late')), false)
    assert.equal(await tellProgress(app.db.pool, dead, null, 5), false)
    assert.equal((await download(finance, id)).toString().split('\r\n').length, 11)
  })

  await t.test('a template has versions that stay, and a schedule exports it in its owner’s name', async () => {
    const content = {
      dataset: 'items',
      columns: [{ field: 'order_no', title: '单号' }, { field: 'amount' }],
      filters: { date: 'yesterday' },
    }
    const ask = { id: 'template-0001', name: '每日水费', content, reason: '财务例会' }
    assert.equal(await auditor.outcome('POST', '/api/reports/templates', ask), 'not_permitted')
    const wrong = { ...ask, id: 'template-0000', content: { ...content, columns: columns('order_no', 'colour') } }
    const refused = await finance.send('POST', '/api/reports/templates', wrong)
    assert.deepEqual([refused.body.error.code, refused.body.error.detail.field], ['report_invalid', 'columns.1.field'])
    const { template_id } = (await finance.send('POST', '/api/reports/templates', ask)).body
    const second = {
      ...ask,
      id: 'template-0002',
      reason: '加状态',
      content: { ...content, columns: columns('order_no', 'state') },
    }
    const changed = await finance.send('POST', `/api/reports/templates/${template_id}/versions`, second)
    assert.equal(changed.body.version, 2)
    const old = (await finance.send('GET', `/api/reports/templates/${template_id}?version=1`)).body
    assert.deepEqual([old.content.columns[0].title, old.reason], ['单号', '财务例会'])

    const schedule = {
      id: 'schedule-0001',
      template_id,
      version: 1,
      format: 'csv',
      every: 'day',
      local_time: '08:30',
      notify: 'chen@example.com',
    }
    assert.equal(
      await school.outcome('POST', '/api/reports/schedules', { ...schedule, id: 'schedule-0000', day_no: 3 }),
      'schedule_invalid',
    )
    const made = (await school.send('POST', '/api/reports/schedules', schedule)).body
    assert.equal(made.next_at, '2026-11-21T08:30:00+08:00')
    assert.equal(await runSchedules(app), 0)
    all.clock.forward(3 * 86_400)
    await app.db.pool.query("update days set business_date = '2026-11-22' where business_date = '2026-11-20'")
    await app.db.pool.query("update movements set business_date = '2026-11-22' where order_no = 'O3'")
    await school.logIn(await all.person('chen2', 'finance', { merchants: ['M2'] }))
    assert.equal(await runSchedules(app), 1, 'what was missed is made up for once')
    const { rows } = await app.db.pool.query('select id from report_exports where schedule_id = $1', [made.schedule_id])
    for (;;) {
      const { rows: states } = await app.db.pool.query('select state, rows_done from report_exports where id = $1', [
        rows[0].id,
      ])
      if (states[0].state === 'ready') {
        assert.equal(states[0].rows_done, 1, 'only the school’s, only yesterday’s')
        break
      }
      assert.ok(['waiting', 'running'].includes(states[0].state))
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    const mails = await app.db.pool.query("select template from outbox where key like 'report:%'")
    assert.deepEqual(mails.rows, [{ template: 'report_ready' }])
  })
})
