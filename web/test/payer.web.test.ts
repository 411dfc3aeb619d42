import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Page } from 'playwright-core'
import { provideKey } from '../../src/access/provision.ts'
import { codeSent, peopleTest } from '../../testkit/people.ts'
import { testSandbox } from '../../testkit/sandbox.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsInBothLooks, sideways, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

/** One grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

webTest(
  'a payer on a phone: binds his number, pays, closes the page in the middle and comes back, sees it booked, appeals with a photo; another pays a part without a log-in',
  async (t, browser) => {
    let now = () => new Date('2026-11-20T10:00:00+08:00')
    const sandbox = await testSandbox(t, { now: () => now() })
    const { platform, clock } = await peopleTest(t, {
      channels: sandbox.accounts,
      receipts: { keys: ['of these tests and of nothing else 0123456789'] },
    })
    now = clock.now
    const { app, url } = platform
    await app.db.pool.query(
      `insert into departments (id, name, created_at) values ('D1', '公用', now());
       insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '抚州水务', 'D1', now());
       insert into fee_items (id, merchant_no, name, category, part_payment, part_min, created_at)
       values ('W1', 'M1', '水费', 'water', false, 1, now()), ('S1', 'M1', '学费', 'tuition', true, 1000, now())`,
    )
    const key = await provideKey(app, 'issuer', ['order.issue'])
    const read = async (path: string, body?: object) => {
      const answer = await fetch(url + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      assert.equal(answer.status, 200, path)
      return JSON.parse(await answer.text())
    }
    const bill = { merchant_no: 'M1', account_no: '10086001', payer_name: '王小明', period: '2026-11' }
    await read('/api/orders', { ...bill, order_no: 'FZ1', fee_item_id: 'W1', amount: '128.60', title: '自来水费' })
    await read('/api/orders', { ...bill, order_no: 'FZ2', fee_item_id: 'S1', amount: '500.00', title: '学费' })

    const { context, page } = await deviceOf(t, browser, { url, size: 'phone' })
    await enter(page, '13800001234', () => codeSent(app))
    await page.getByText('还没有绑定户号').waitFor()
    assert.deepEqual(await faultsInBothLooks(page), [])
    await page.getByRole('button', { name: '绑定户号' }).first().click()
    await page.locator('#merchant_no').click()
    await page.getByText('抚州水务').last().click()
    await page.locator('#account_no').fill('10086001')
    await page.locator('#payer_name').fill('别人')
    await page.getByRole('button', { name: '绑定', exact: true }).click()
    await page.getByRole('alert').getByText('与所填户名或手机尾号不符').waitFor()
    await page.locator('#payer_name').fill('王小明')
    await page.getByRole('button', { name: '绑定', exact: true }).click()
    await page.getByText('628.60').waitFor()
    assert.deepEqual(await faultsInBothLooks(page), [])

    await page.getByRole('article', { name: '自来水费 2026-11' }).getByRole('link', { name: '缴费' }).click()
    await page.getByRole('radio', { name: /支付宝/ }).check()
    assert.deepEqual(await faultsInBothLooks(page), [])
    await page.getByRole('button', { name: /去付款/ }).click()
    // The channel's own page; he closes it without having paid.
    await page.getByRole('button', { name: '支付成功' }).waitFor()
    await page.close()

    const back = await context.newPage()
    await back.goto('/app/')
    await back.getByRole('link', { name: /有一笔支付还没完成/ }).click()
    await back.getByText('等待支付').waitFor()
    assert.deepEqual(await faultsInBothLooks(back), [])
    const paymentNo = back.url().split('/').at(-1) as string
    await sandbox.pay(paymentNo)
    await back.getByText('缴费成功').waitFor()
    await back.getByRole('listitem').filter({ hasText: '已入账' }).filter({ hasText: '完成' }).waitFor()
    const paid = await read(`/api/payments/${paymentNo}`)
    assert.deepEqual([paid.state, paid.channel, paid.credited], ['success', 'alipay', true])
    assert.equal((await read('/api/orders/FZ1')).state, 'paid')
    await back.getByRole('link', { name: '看缴费凭证' }).click()
    await back.getByText('壹佰贰拾捌元陆角').waitFor()
    assert.deepEqual(await faultsInBothLooks(back), [])

    await back.getByRole('link', { name: '记录' }).click()
    await back.getByText('已缴费 · 待对账').waitFor()
    assert.equal(await back.getByRole('link', { name: /有一笔支付还没完成/ }).count(), 0)
    assert.deepEqual(await faultsInBothLooks(back), [])
    await back.getByRole('link', { name: /自来水费/ }).click()
    await back.getByRole('link', { name: /去申诉/ }).click()
    await back.locator('#text').fill('已扣款，仍未对账')
    await back.setInputFiles('input[type=file]', { name: '付款.png', mimeType: 'image/png', buffer: PNG })
    await back.getByRole('button', { name: '删除 付款.png' }).waitFor()
    assert.deepEqual(await faultsInBothLooks(back), [])
    await back.getByRole('button', { name: '提交申诉' }).click()
    await back.getByText('已受理').waitFor()
    assert.deepEqual(await faultsInBothLooks(back), [])
    const { rows } = await app.db.pool.query(
      `select state::text, payment_no, (select count(*) from voucher_uses where object_kind = 'appeal' and object_id = a.id) as photos from appeals a`,
    )
    assert.deepEqual(rows, [{ state: 'open', payment_no: paymentNo, photos: 1 }])
    await back.getByRole('link', { name: '我的' }).click()
    await back.getByRole('switch', { name: '有新账单时' }).click()
    await back.locator('[role=switch][aria-checked=false]').waitFor()
    assert.deepEqual(await faultsInBothLooks(back), [])
    assert.equal((await app.db.pool.query('select template from notice_mutes')).rows[0]?.template, 'bill_issued')

    // Narrower than any phone still sold, as wide as a page at 200 %.
    await back.setViewportSize({ width: 320, height: 640 })
    for (const path of ['own/bills', 'own/records', 'own/appeals', 'me', 'pay/order/FZ2', `own/records/${paymentNo}`]) {
      await back.goto(`/app/${path}`)
      await back.locator('.bill, .me-part').first().waitFor()
      assert.equal(await sideways(back), 0, path)
    }

    const { page: stranger } = await deviceOf(t, browser, { url, size: 'pc', lang: 'en' })
    await stranger.goto('/app/')
    await stranger.getByRole('link', { name: 'Pay a bill without logging in' }).click()
    await stranger.locator('#payee').click()
    await stranger.getByText('抚州水务').last().click()
    await stranger.locator('#account').fill('10086001')
    await stranger.getByRole('button', { name: 'Find bills' }).click()
    await stranger
      .getByText('******01')
      .or(stranger.getByText(/\*+6001/))
      .first()
      .waitFor()
    assert.equal(await stranger.getByText('10086001').count(), 0, 'a stranger sees the number masked')
    await stranger.getByRole('article', { name: /学费/ }).getByRole('link').click()
    await stranger.locator('#amount').fill('5')
    await stranger.getByText('At least 10.00 each time').waitFor()
    await stranger.locator('#amount').fill('100')
    await stranger.getByRole('radio', { name: /WeChat/ }).check()
    await stranger.getByRole('button', { name: /^Pay ¥? ?100.00/ }).click()
    await stranger.getByRole('img', { name: 'WeChat Pay payment code' }).waitFor()
    assert.deepEqual(await faultsInBothLooks(stranger), [])
    await sandbox.pay(stranger.url().split('/').at(-1) as string)
    await stranger.getByRole('link', { name: 'Pay the rest' }).waitFor()
    assert.equal((await read('/api/orders/FZ2')).due, '400.00')
  },
)

/** By the code that his phone gets. */
async function enter(page: Page, phone: string, code: () => Promise<string>): Promise<void> {
  await page.goto('/app/')
  await page.getByRole('tab', { name: '缴费人' }).click()
  await page.locator('#phone').fill(phone)
  await page.getByRole('button', { name: '获取验证码' }).click()
  await page.getByRole('button', { name: /秒后重发/ }).waitFor()
  await page.locator('#code').fill(await code())
  await page.locator('form.payer-door').getByRole('button', { name: '登录' }).click()
  await page.locator('#content').waitFor()
}
