import assert from 'node:assert/strict'
import { after } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { testSandbox } from '../../testkit/sandbox.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsOfAccess, logIn, webTest } from '../../testkit/web.ts'
import { wechatBill } from '../../testkit/wechat_bill.ts'
import { NOTHING_SIDEWAYS } from '../../testkit/workbench_in_page.ts'

after(closeBrowser)
after(closeTestServer)

const DAY = '2026-11-20'
const bill = (fen: number) => ({
  name: `账单-${fen}.csv`,
  mimeType: 'text/csv',
  buffer: Buffer.from(wechatBill([{ at: `${DAY} 10:00:00`, trade: '4200000000202611200000000001', order: 'O1', fen }])),
})

webTest(
  'an old file that is uploaded counts again only when the person says so, and the versions show which one does',
  async (t, browser) => {
    const sandbox = await testSandbox(t)
    const { platform, person } = await peopleTest(t, {
      channels: sandbox.accounts,
      statements: { accounts: { 'wechat-sandbox': { kinds: ['trade'], merchants: ['1900000001'] } } },
    })
    // Expected since this morning: so the account is among those that owe statements.
    await platform.app.db.pool.query(
      `insert into arrivals (channel, account, business_date, kind, state, source, expected_at, alert_at)
     values ('wechat', 'wechat-sandbox', $1, 'trade', 'awaited', 'upload', $2, $2)`,
      [DAY, '2026-11-21T09:00:00+08:00'],
    )
    const finance = await person('caiwu', 'finance')
    const { page } = await deviceOf(t, browser, { url: platform.url })
    await logIn(page, finance)
    const upload = async (fen: number): Promise<void> => {
      await page.goto('/app/statements/inspect')
      await page.locator('input[type=file]').setInputFiles(bill(fen))
      await page.getByRole('combobox', { name: '账户', exact: true }).click()
      await page.getByTitle('微信支付 wechat-sandbox').click()
      await page.getByLabel('账期（整日对账单才填）').fill(DAY)
      await page.getByRole('button', { name: '入账 1 条' }).click()
    }
    await upload(200)
    await page.getByText('已入账 1 条').waitFor()
    await upload(300)
    await page.getByText('已入账 1 条').waitFor()
    await upload(200)
    await page.getByText('这个文件以前已经入过账').waitFor()
    await page.getByText('该账期现以另一版本为准').waitFor()
    assert.deepEqual(await faultsOfAccess(page), [])
    await page.getByRole('button', { name: '以此版本为准' }).click()
    await page.getByText('已入账 1 条').waitFor()
    await page.getByRole('link', { name: '查看文件' }).click()
    await page.getByText('现行版本').waitFor()
    await page.getByRole('tab', { name: '版本' }).click()
    await page.getByText('非现行版本').nth(1).waitFor()
    assert.equal(await page.getByRole('tabpanel').getByText('现行版本', { exact: true }).count(), 1)
    await page.getByRole('link', { name: /^文件 \d+$/ }).waitFor()
    assert.deepEqual(await faultsOfAccess(page), [])

    const phone = (await deviceOf(t, browser, { url: platform.url, size: 'phone', look: 'dark' })).page
    await logIn(phone, finance)
    await phone.goto('/app/statements/inspect')
    await phone.locator('input[type=file]').setInputFiles(bill(200))
    await phone.getByRole('heading', { name: '入账' }).waitFor()
    assert.deepEqual(await faultsOfAccess(phone), [])
    assert.equal(await phone.evaluate(NOTHING_SIDEWAYS), true)
    await phone.goto(new URL(page.url()).pathname)
    await phone.getByRole('tab', { name: '版本' }).click()
    await phone.getByText('非现行版本').nth(1).waitFor()
    assert.deepEqual(await faultsOfAccess(phone), [])
    assert.equal(await phone.evaluate(NOTHING_SIDEWAYS), true)
  },
)
