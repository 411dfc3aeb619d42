import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'

after(closeTestServer)

/** "Paid" and "Back" could each be anything: the platform asks. */
const FILE = Buffer.from('Day,No,Paid,Back\n2026-11-19,B1,1.00,\n2026-11-19,B2,,2.00\n2026-11-19,B3,3.50,\n')
const SAID = { '#1': 'date', '#2': 'channel_trade_no', '#3': 'amount_in', '#4': 'amount_out' }
const query = (words: Record<string, string>): string => `?${new URLSearchParams(words)}`

test('columns are said over HTTP, proven by the file, kept as a template, and the next file of the layout is read without a question', async t => {
  const { person, browser } = await peopleTest(t)
  const page = browser()
  await page.logIn(await person('chuna', 'cashier'))
  const inspect = (more: Record<string, string> = {}) =>
    page.send('POST', `/api/statements/inspect${query({ name: 'x.csv', currency: 'CNY', ...more })}`, FILE)

  const asked = (await inspect()).body
  assert.equal(asked.verdict, 'rejected')
  assert.deepEqual(asked.cells[0], ['2026-11-19', 'B1', '1.00', ''])
  assert.ok(asked.problems.every((problem: { severity: string }) => problem.severity === 'error'))

  const read = (await inspect({ mapping: JSON.stringify(SAID) })).body
  assert.equal(read.records, 3, JSON.stringify(read.problems))
  assert.deepEqual(
    read.rows.map((row: { amount: string; id: string }) => `${row.id} ${row.amount}`),
    ['B1 1.00', 'B2 -2.00', 'B3 3.50'],
  )
  assert.equal((await inspect({ mapping: '{"#3":"money"}' })).body.error.code, 'mapping_unreadable')
  assert.equal((await inspect({ mapping: '[1]' })).body.error.code, 'mapping_unreadable')

  const confirm = (id: string, mapping: object) =>
    page.send(
      'POST',
      `/api/statement-templates${query({ id, name: 'x.csv', template: '某行', currency: 'CNY', mapping: JSON.stringify(mapping) })}`,
      FILE,
    )
  const unproven = await confirm('layout-0001', { ...SAID, '#2': 'date', '#1': 'channel_trade_no' })
  assert.notEqual(unproven.status, 200, unproven.text)
  assert.deepEqual((await page.send('GET', '/api/statement-templates')).body.templates, [])
  const kept = await confirm('layout-0002', SAID)
  assert.deepEqual(
    [kept.status, kept.body.version, kept.body.records, kept.body.repeated],
    [200, 1, 3, false],
    kept.text,
  )
  assert.equal((await confirm('layout-0003', SAID)).body.repeated, true)
  assert.match((await inspect()).body.verdict, /^ready/)
  const versions = await page.send('GET', `/api/statement-templates/${encodeURIComponent('某行')}`)
  assert.deepEqual(versions.body.templates[0].columns[2], { header: 'Paid', field: 'amount_in' })
  assert.equal(await page.outcome('GET', '/api/statement-templates/none'), 'template_unknown')

  const auditor = browser('10.0.0.2')
  await auditor.logIn(await person('shen', 'auditor'))
  assert.equal(await auditor.outcome('GET', '/api/statement-templates'), 200)
  assert.equal(
    await auditor.outcome('POST', '/api/statement-templates?id=layout-0004&name=x&template=y', FILE),
    'not_permitted',
  )
})
