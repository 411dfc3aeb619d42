import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Page } from 'playwright-core'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsOfAccess, logIn, webTest } from '../../testkit/web.ts'
import { seedWorkbench } from '../../testkit/workbench.ts'
import { confirmByButtons, NOTHING_SIDEWAYS, SCROLL_TO_END } from '../../testkit/workbench_in_page.ts'

after(closeBrowser)
after(closeTestServer)

const ITEMS = 3_000

const row = (page: Page, no: string) => page.locator(`.item[data-no="${no}"]`)
webTest('the cashier’s list: one platform, each part on rows of its own', async (t, browser) => {
  const people = await peopleTest(t)
  await seedWorkbench(people.platform.app, { items: ITEMS })
  const cashier = await people.person('chuna', 'cashier')
  const finance = await people.person('caiwu', 'finance')
  const stateOf = async (no: string): Promise<string> => {
    const asking = people.browser()
    await asking.logIn(cashier)
    return (await asking.send('GET', `/api/items/${no}`)).body.state
  }

  await t.test(
    '快速确认 is done in place, undone by the row, and what one confirms is gone from the list of another',
    async t => {
      const url = people.platform.url
      const [one, two] = await Promise.all([
        deviceOf(t, browser, { url }),
        deviceOf(t, browser, { url, size: 'pad', lang: 'en' }),
      ])
      await logIn(one.page, cashier)
      await logIn(two.page, finance)
      await one.page.goto('/app/items?state=matched')
      await two.page.goto('/app/items?state=matched')
      const first = one.page.locator('.item').first()
      await first.waitFor()
      const no = (await first.getAttribute('data-no')) as string
      await row(two.page, no).waitFor()
      assert.deepEqual(await faultsOfAccess(one.page), [])

      await first.getByRole('button', { name: /^确认/ }).click()
      await one.page.locator(`.item[data-no="${no}"][data-state=reconciled][data-phase=done]`).waitFor()
      await row(two.page, no).waitFor({ state: 'detached' })
      assert.equal(await stateOf(no), 'reconciled')

      await row(one.page, no).getByRole('button', { name: /^撤回/ }).click()
      await row(two.page, no).waitFor()
      assert.equal(await stateOf(no), 'matched')

      const took = await one.page.evaluate<number[]>(confirmByButtons(12))
      const at = (share: number) => [...took].sort((a, b) => a - b)[Math.floor((took.length - 1) * share)]?.toFixed(0)
      t.diagnostic(`快速确认 from click to done: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms of ${took.length}`)
    },
  )

  await t.test('an anomalous item is explained, asks for a reason, and writes its report', async t => {
    const { page } = await deviceOf(t, browser, { url: people.platform.url, look: 'dark' })
    await logIn(page, cashier)
    await page.goto('/app/items?state=discrepancy')
    await page.locator('.item-wrong').first().waitFor()
    assert.deepEqual(await faultsOfAccess(page), [])
    const wrong = page.locator('.item-wrong', { hasText: '金额不符' }).first()
    const no = (await wrong.getAttribute('data-no')) as string
    await wrong.getByRole('button', { name: /^说明/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('微信支付账单-20261120.csv').waitFor()
    assert.deepEqual(await faultsOfAccess(page, '.ant-modal'), [])
    const decide = dialog.getByRole('button', { name: '说明并确认' })
    assert.equal(await decide.isDisabled(), true, 'not without a reason')
    await dialog.locator('textarea').fill('柜台核对小票，金额以渠道为准')
    await decide.click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await stateOf(no), 'confirmed')
    await page.goto('/app/anomaly-reports')
    await page.getByText('柜台核对小票，金额以渠道为准').first().waitFor()
    assert.deepEqual(await faultsOfAccess(page), [])
  })

  await t.test('by keyboard alone: down, confirm, select a range, confirm all; and ? says how', async t => {
    const { page } = await deviceOf(t, browser, { url: people.platform.url, lang: 'en' })
    await logIn(page, cashier)
    await page.goto('/app/items?state=matched&channel=wechat&most=30')
    const open = page.locator('.item .item-open')
    await open.first().waitFor()
    await open.first().focus()
    await page.keyboard.press('c')
    await page.locator('.item[data-phase=done]').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByRole('button', { name: 'Confirm 3' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click()
    await page.locator('.item[data-phase=done]').nth(3).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.locator('.item .item-open').first().focus()
    await page.keyboard.press('?')
    await page.getByText('Keyboard shortcuts').waitFor()
  })

  await t.test('on the phone: found by its number, opened, confirmed; and offline is told, and made good', async t => {
    const { page, context } = await deviceOf(t, browser, { url: people.platform.url, size: 'phone' })
    await logIn(page, cashier)
    await page.goto('/app/items')
    await page.getByRole('searchbox').fill('WB000000001')
    await page.keyboard.press('Enter')
    const found = row(page, 'PW000000001')
    await found.waitFor()
    assert.equal(await page.locator('.item').count(), 1)
    await context.setOffline(true)
    await page.getByText('网络已断开').waitFor()
    await found.getByRole('button', { name: /^确认/ }).click()
    const again = found.getByRole('button', { name: '未送达，重试' })
    await again.waitFor()
    await context.setOffline(false)
    await again.click()
    await page.locator('.item[data-no="PW000000001"][data-phase=done]').waitFor()
    assert.equal(await stateOf('PW000000001'), 'reconciled')
    await found.locator('.item-open').click()
    await page.getByRole('dialog').getByText('微信支付账单-20261120.csv #1', { exact: false }).waitFor()
    assert.deepEqual(await faultsOfAccess(page, '.ant-drawer-section'), [])
    assert.equal(await page.evaluate(NOTHING_SIDEWAYS), true, 'nothing scrolls sideways')
  })

  await t.test('the list is read to its end in pages, of which few stay in memory', async t => {
    const { page } = await deviceOf(t, browser, { url: people.platform.url })
    await logIn(page, finance)
    await page.goto('/app/items?channel=alipay')
    await page.locator('.item').first().waitFor()
    for (let turns = 0; turns < 40 && (await row(page, 'PW000000003').count()) === 0; turns++)
      await page.evaluate(SCROLL_TO_END)
    await row(page, 'PW000000003').waitFor()
    assert.ok((await page.locator('.item').count()) < 60, 'only what is in sight is in the page')
    await page.evaluate("document.querySelector('.timeline-rows').scrollTop = 0")
    await row(page, `PW00000${ITEMS}`).waitFor()
  })
})
