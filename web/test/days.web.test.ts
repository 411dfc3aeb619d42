import assert from 'node:assert/strict'
import { after } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsOfAccess, logIn, webTest } from '../../testkit/web.ts'
import { SEED_DAY, seedWorkbench } from '../../testkit/workbench.ts'
import { NOTHING_SIDEWAYS } from '../../testkit/workbench_in_page.ts'

after(closeBrowser)
after(closeTestServer)

webTest('the board leads to a day, its proof to its rows, and only who may close is offered it', async (t, browser) => {
  const { platform, person } = await peopleTest(t)
  await seedWorkbench(platform.app, { items: 600 })
  const finance = await person('caiwu', 'finance')
  const auditor = await person('shenji', 'auditor')
  const { page } = await deviceOf(t, browser, { url: platform.url })
  await logIn(page, finance)
  await page.goto('/app/days')
  await page.getByRole('heading', { name: SEED_DAY }).waitFor()
  assert.deepEqual(await faultsOfAccess(page), [])
  await page.getByRole('link', { name: /微信支付/ }).click()
  await page.getByText('资金平衡表').waitFor()
  await page.locator('canvas').waitFor()
  assert.deepEqual(await faultsOfAccess(page), [])
  await page.getByRole('button', { name: '立即对账' }).click()
  await page.getByText('已重新对账').waitFor()
  await page.getByRole('button', { name: '关账' }).click()
  await page
    .getByRole('tooltip')
    .getByRole('button', { name: /关\s?账/ })
    .click()
  await page.getByText('不能关账').first().waitFor()
  await page.locator('.proof-table').getByRole('link', { name: '短款' }).click()
  await page.waitForURL(/discrepancies\?kind=platform_only&channel=wechat/)

  // The same where things move.
  const pad = await deviceOf(t, browser, { url: platform.url, size: 'pad', moving: true })
  await logIn(pad.page, finance)
  await pad.page.goto('/app/days')
  await pad.page.getByRole('link', { name: /微信支付/ }).click()
  await pad.page.getByRole('button', { name: '关账' }).click()
  const grown = pad.page.locator('.ant-popover:not(.ant-zoom-big)')
  await grown.getByRole('button', { name: /关\s?账/ }).click()
  await pad.page.getByText('不能关账').first().waitFor()

  const phone = await deviceOf(t, browser, { url: platform.url, size: 'phone', look: 'dark', lang: 'en' })
  await logIn(phone.page, auditor)
  await phone.page.goto('/app/days')
  await phone.page.getByRole('link', { name: /WeChat Pay/ }).click()
  await phone.page.getByText('Balance proof').waitFor()
  assert.equal(await phone.page.getByRole('button', { name: 'Close' }).count(), 0)
  assert.deepEqual(await faultsOfAccess(phone.page), [])
  await phone.page.goto('/app/dashboard')
  await phone.page.locator('canvas').nth(1).waitFor()
  await phone.page.getByRole('link', { name: /Platform only/ }).waitFor()
  assert.deepEqual(await faultsOfAccess(phone.page), [])
  assert.equal(await phone.page.evaluate(NOTHING_SIDEWAYS), true)
})
