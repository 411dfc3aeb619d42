import assert from 'node:assert/strict'
import { after, type TestContext } from 'node:test'
import { TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { provideKey } from '../../src/access/provision.ts'
import { openChannels } from '../../src/channels/channels.ts'
import { bookFindings } from '../../src/orders/book.ts'
import { seedDiscrepancies } from '../../testkit/discrepancy_seed.ts'
import { seedMerchants } from '../../testkit/merchants.ts'
import { type PeopleTest, type Person, peopleTest } from '../../testkit/people.ts'
import { testSandbox } from '../../testkit/sandbox.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, type Device, deviceOf, faultsOfAccess, logIn, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

const REASON = /^理由/

webTest('what staff does besides the morning’s work, on one platform', async (t, browser) => {
  let now = () => new Date('2026-11-20T10:00:00+08:00')
  const sandbox = await testSandbox(t, { now: () => now() })
  const people = await peopleTest(t, { channels: sandbox.accounts, paying: { refund_review_from: '100.00' } })
  now = people.clock.now
  const { app } = people.platform
  await seedMerchants(app)
  const cashier = await people.person('chuna', 'cashier')
  const finance = await people.person('caiwu', 'finance')
  const supervisor = await people.person('zhuguan', 'supervisor')
  const counter = await counterOf(people)
  const at = (t: TestContext, who: Person, device?: Omit<Device, 'url'>) => opened(t, browser, people, who, device)

  await t.test('a refund goes out at once, or when a second person agrees', async t => {
    const no = await counter.begun('FZ1', '128.60', 'alipay', 'precreate')
    await sandbox.pay(no)
    await counter.booked(no)
    const page = await at(t, cashier)
    await page.goto(`/app/refunds?number=${no}`)
    const ask = async (amount: string, reason: string): Promise<void> => {
      await page.getByRole('button', { name: '申请退款' }).click()
      const dialog = page.getByRole('dialog', { name: '申请退款' })
      await dialog.getByLabel('退款金额').fill(amount)
      await dialog.getByLabel(REASON).fill(reason)
      await dialog.getByRole('button', { name: '申请退款' }).click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await ask('28.60', '水表读数更正')
    await page.getByText('退款已提交渠道').waitFor()
    await page.locator('.row-card', { hasText: '水表读数更正' }).getByText('已退', { exact: true }).waitFor()
    await ask('100.00', '重复申报')
    const held = page.locator('.row-card', { hasText: '重复申报' })
    await held.getByText('待复核').waitFor()
    // Nothing remains to be asked for, and the money is not gone yet.
    await page.getByRole('button', { name: '申请退款' }).waitFor({ state: 'detached' })
    assert.deepEqual(await faultsOfAccess(page), [])
    assert.deepEqual(await counter.left(no), ['28.60', '100.00', '0.00'])

    const second = await at(t, finance, { size: 'phone' })
    await second.goto('/app/reviews')
    await second.getByText('重复申报').click()
    await second.getByRole('button', { name: '同意' }).click()
    await second.getByRole('dialog').getByRole('button', { name: '同意' }).click()
    // Its turn with the channel comes a moment later; the open page hears of it.
    people.clock.forward(10)
    await held.getByText('已退', { exact: true }).waitFor()
    assert.deepEqual(await counter.left(no), ['128.60', '0.00', '0.00'])
  })

  await t.test('a lost answer is asked for again under its id; another wish has another', async t => {
    const no = await counter.begun('FZ9', '60.00', 'alipay', 'precreate')
    await sandbox.pay(no)
    await counter.booked(no)
    const page = await at(t, cashier)
    await page.goto(`/app/refunds?number=${no}`)
    const sent: { id: string; amount: string }[] = []
    let lost = true
    await page.route(`**/api/payments/${no}/refunds`, async route => {
      sent.push(route.request().postDataJSON())
      if (!lost) return route.continue()
      // It is done, and nobody here hears of it.
      await route.fetch()
      await route.abort()
    })
    const dialog = page.getByRole('dialog', { name: '申请退款' })
    const send = dialog.getByRole('button', { name: '申请退款' })
    const ask = async (amount: string): Promise<void> => {
      await page.getByRole('button', { name: '申请退款' }).click()
      await dialog.getByLabel('退款金额').fill(amount)
      await dialog.getByLabel(REASON).fill('水表读数更正')
      await send.click()
    }
    await ask('10.00')
    await dialog.getByText('无法连接平台').waitFor()
    lost = false
    await send.click()
    await dialog.waitFor({ state: 'hidden' })
    lost = true
    await ask('7.00')
    await dialog.getByText('无法连接平台').waitFor()
    // Changed before it was known whether the first was done: it is not done on top of it.
    lost = false
    await dialog.getByLabel('退款金额').fill('8.00')
    await send.click()
    await dialog.getByText('已用于内容不同的请求').waitFor()
    const [first, again, second, changed] = sent
    assert.equal(sent.length, 4)
    assert.deepEqual(again, first)
    assert.notEqual(second?.id, first?.id)
    assert.deepEqual(changed, { ...second, amount: '8.00' })
    assert.deepEqual(await counter.left(no), ['17.00', '0.00', '43.00'])
  })

  await t.test('a success is reversed only when its channel denies it', async t => {
    const paid = await counter.begun('FZ2', '56.00', 'wechat', 'native')
    await sandbox.pay(paid)
    await counter.booked(paid)
    const page = await at(t, finance, { size: 'pad' })
    const reverse = async (no: string) => {
      await page.goto(`/app/refunds?number=${no}`)
      await page.getByRole('button', { name: '冲正' }).click()
      const dialog = page.getByRole('dialog', { name: '冲正这笔支付' })
      await dialog.getByLabel(REASON).fill('账单里没有这一笔')
      await dialog.getByRole('button', { name: '冲正' }).click()
      return dialog
    }
    const refused = await reverse(paid)
    await refused.getByText('渠道确认该笔支付成功，不能冲正').waitFor()
    assert.deepEqual(await faultsOfAccess(page, '.ant-modal'), [])

    // Booked as a success that never was: nobody paid it at the channel.
    const wrong = await counter.begun('FZ3', '64.20', 'wechat', 'native')
    const channels = openChannels(sandbox.accounts, { now, folder: '.' })
    const [channel] = channels.all.filter(({ name }) => name === 'wechat')
    assert.ok(channel)
    const merchant = channel.merchant
    const paidIt = {
      state: 'success' as const,
      channelTradeNo: '4200009',
      amount: 6420,
      currency: 'CNY',
      paidAt: now(),
    }
    const outcome = { ...paidIt, payer: '', fee: null, merchant }
    await bookFindings({ ...app, channels }, [
      { orderNo: 'FZ3', paymentNo: wrong, source: 'query', outcome, merchant, at: now() },
    ])
    assert.equal((await counter.read('/api/orders/FZ3')).state, 'paid')
    const dialog = await reverse(wrong)
    await dialog.waitFor({ state: 'hidden' })
    const row = page.locator('.row-card', { hasText: '账单里没有这一笔' })
    await row.getByText('冲正', { exact: true }).waitFor()
    await page.getByText('待缴', { exact: true }).waitFor()
    assert.equal((await counter.read('/api/orders/FZ3')).state, 'unpaid')
    assert.equal((await counter.read('/api/orders/FZ2')).state, 'paid')
  })

  await t.test('a cause of the house: tried, saved, found by it, changed, retired', async t => {
    const { theirs } = await seedDiscrepancies(app.db.pool, {
      ...{ merchant: 'WATER', feeItem: 'WATER-BASE', order: 'SEED', fen: 12860 },
    })
    const causeOf = async (): Promise<string> =>
      (await app.db.pool.query('select likely_cause from discrepancies where id = $1', [theirs])).rows[0].likely_cause
    const page = await at(t, finance)
    await page.goto('/app/causes?form=new')
    const form = page.getByRole('dialog', { name: '新增场景' })
    await form.getByLabel('代码').fill('Night batch')
    await form.getByText('3 到 40 个小写字母、数字、下划线').waitFor()
    await form.getByLabel('代码').fill('night_batch')
    await form.getByLabel('中文名称').fill('夜间批量代扣')
    await form.getByLabel('英文名称').fill('Night batch')
    await form.getByLabel('怎样认出').fill('渠道夜间批量代扣，平台次日才补单')
    await form.getByLabel('建议处理').fill('等批量回盘文件')
    const tryIt = form.getByRole('button', { name: /先试算/ })
    await tryIt.click()
    await form.getByText('至少填写一个条件').waitFor()
    await form.getByLabel('差错类型').click()
    await page.getByTitle('长款', { exact: true }).click()
    await form.getByLabel('金额 从').fill('100.00')
    await form.getByLabel('优先级', { exact: false }).fill('1')
    await tryIt.click()
    const trial = form.getByRole('region', { name: '试算结果' })
    await trial.getByRole('link', { name: theirs }).waitFor()
    assert.deepEqual(await faultsOfAccess(page, '.ant-drawer-section'), [])
    await form.getByLabel(/^为什么/).fill('上月 12 笔都是它')
    await form.getByRole('button', { name: '保存场景' }).click()
    const paper = page.getByRole('dialog', { name: '夜间批量代扣' })
    await paper.getByText('类型：长款').waitFor()
    await paper.getByText('金额 100.00 至 不限').waitFor()
    await page.keyboard.press('Escape')
    await paper.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '重新判断未结差错' }).click()
    // A run may have been quicker, and left nothing to change.
    await page.getByText(/重新判断了 2 件未结差错/).waitFor()
    assert.equal(await causeOf(), 'night_batch')

    await page.getByRole('button', { name: '夜间批量代扣' }).click()
    await paper.getByRole('button', { name: '新版本' }).click()
    const next = page.getByRole('dialog', { name: '场景的新版本' })
    await next.getByLabel('金额 从').fill('128.61')
    await next.getByLabel(/^为什么/).fill('百元以下的不是')
    await next.getByRole('button', { name: '保存为新版本' }).click()
    await paper.getByText('金额 128.61 至 不限').waitFor()
    await paper.getByText('第 1 版').waitFor()
    await paper.getByRole('button', { name: '停用' }).click()
    const retiring = page.getByRole('dialog', { name: '停用这个场景' })
    await retiring.getByLabel(REASON).fill('代扣已改为实时')
    await retiring.getByRole('button', { name: '停用' }).click()
    await paper.getByText('已停用', { exact: true }).waitFor()
    assert.equal(await paper.getByRole('button', { name: '新版本' }).count(), 0)
  })

  await t.test('an authenticator’s code is set up on a phone, asked for at the door, and switched off', async t => {
    const support = await people.person('kefu', 'support')
    const page = await at(t, support, { size: 'phone' })
    await page.goto('/app/me')
    await page.getByRole('button', { name: '启用动态验证码' }).click()
    const secret = await page.getByRole('img', { name: '验证器二维码' }).locator('xpath=following::code[1]').innerText()
    const code = (): string =>
      new TOTP({ secret, digits: 6, period: 30 }).generate({ timestamp: people.clock.now().getTime() })
    const digits = page.getByLabel('6 位验证码')
    const wrong = code().replace(/^./, digit => String((Number(digit) + 5) % 10))
    await digits.fill(wrong)
    await page.getByRole('button', { name: '确认启用' }).click()
    await page.getByRole('alert').waitFor()
    assert.deepEqual(await faultsOfAccess(page), [])
    await digits.fill(code())
    await page.getByRole('button', { name: '确认启用' }).click()
    await page.getByText(/^已启用/).waitFor()
    await page.getByRole('button', { name: '退出' }).click()

    await page.locator('input[autocomplete=username]').fill(support.login)
    await page.locator('input[autocomplete=current-password]').fill(support.password)
    const enter = page.getByRole('button', { name: '登录', exact: true })
    await enter.click()
    // The door asks for the code by itself once all else was right; it opens once by each.
    const asked = page.getByLabel('动态验证码（6 位）')
    await asked.fill(code())
    await enter.click()
    await page.getByText('登录名、密码或验证码不正确').waitFor()
    people.clock.forward(60)
    await asked.fill(code())
    await enter.click()
    await page.locator('#content').waitFor()
    const { rows } = await app.db.pool.query('select method from sessions order by created_at desc limit 1')
    assert.equal(rows[0].method, 'password_totp')

    people.clock.forward(60)
    await page.goto('/app/me')
    await page.getByRole('button', { name: '停用动态验证码' }).click()
    await digits.fill(code())
    await page.getByRole('button', { name: '停用', exact: true }).click()
    await page.getByText(/^未启用/).waitFor()
  })

  await t.test('a file of bills: told what is wrong row by row, mended, issued', async t => {
    const page = await at(t, cashier, { size: 'pad' })
    await page.goto('/app/bill-batches')
    const choose = (name: string, text: string) =>
      page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    const head = '缴费单号,缴费项目,户号,缴费人,金额\n'
    await choose('十二月.csv', `${head}D1,水费,3601,张三,12.50\nD2,电费,3602,李四,8.00\nD3,水费,3603,王五,0\n`)
    const bad = page.getByRole('dialog', { name: '十二月.csv' })
    await bad.getByText('2 个错误，0 个提醒').waitFor()
    await bad.getByText('有错误，未通过').waitFor()
    const rows = bad.getByRole('region', { name: '问题' }).locator('tbody tr, .listing-card')
    await rows.filter({ hasText: '电费' }).waitFor()
    await rows.filter({ hasText: '金额' }).waitFor()
    assert.equal(await bad.getByRole('button', { name: '确认开单' }).count(), 0)
    assert.deepEqual(await faultsOfAccess(page, '.ant-drawer-section'), [])
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      bad.getByRole('link', { name: '下载全部问题' }).click(),
    ])
    const listed = (await (await file.createReadStream()).toArray()).join('')
    assert.equal(listed.trim().split('\n').length, 3, listed)
    await page.keyboard.press('Escape')
    await bad.waitFor({ state: 'hidden' })
    assert.equal((await app.db.pool.query("select from orders where order_no like 'D%'")).rowCount, 0)

    await choose('十二月改.csv', `${head}D1,水费,3601,张三,12.50\nD2,污水处理费,3602,李四,8.00\n`)
    const sound = page.getByRole('dialog', { name: '十二月改.csv' })
    await sound.getByRole('button', { name: '确认开单' }).click()
    const sure = page.getByRole('dialog', { name: '开单 2 笔' })
    await sure.getByText('20.50').waitFor()
    await sure.getByRole('button', { name: '开单' }).click()
    await page.getByText('已开单 2 笔').waitFor()
    await sound.getByText('已开单', { exact: true }).waitFor()
    assert.equal((await counter.read('/api/orders/D2')).amount, '8.00')
  })

  await t.test('a report is exported every week until its schedule is ended', async t => {
    const page = await at(t, finance, { look: 'dark' })
    await page.goto('/app/reports?tab=templates&template=standard.daily')
    await page.getByRole('button', { name: '定时导出' }).click()
    const dialog = page.getByRole('dialog', { name: '定时导出：对账日报' })
    await dialog.getByLabel('多久一次').click()
    await page.getByTitle('每周', { exact: true }).click()
    await dialog.getByLabel('星期').click()
    await page.getByTitle('周三', { exact: true }).click()
    await dialog.getByLabel(/完成时发邮件到/).fill('caiwu')
    await dialog.getByRole('button', { name: '保存' }).click()
    await dialog.getByText('邮箱格式不对').waitFor()
    assert.deepEqual(await faultsOfAccess(page, '.ant-modal'), [])
    await dialog.getByLabel(/完成时发邮件到/).fill('caiwu@example.com')
    await dialog.getByRole('button', { name: '保存' }).click()
    await page.getByText('已设定，下次 2026-11-25 08:30').waitFor()
    await page.getByRole('tab', { name: '定时导出' }).click()
    const row = page.getByRole('row', { name: /对账日报/ })
    await row.getByText('每周 周三 08:30').waitFor()
    await row.getByText('2026-11-25 08:30').waitFor()
    await row.getByRole('button', { name: '结束' }).click()
    const ending = page.getByRole('dialog', { name: '结束定时导出' })
    await ending.getByLabel(REASON).fill('改看看板')
    await ending.getByRole('button', { name: '结束' }).click()
    await row.getByText('已结束 改看看板').waitFor()
    const { rows } = await app.db.pool.query('select every, day_no, next_at, ended_why from report_schedules')
    assert.deepEqual(rows, [{ every: 'week', day_no: 3, next_at: null, ended_why: '改看看板' }])
  })

  await t.test('a program’s key is shown once, opens until it is revoked', async t => {
    const page = await at(t, supervisor)
    await page.goto('/app/accounts?kind=service')
    await page.getByRole('button', { name: '开立账户' }).click()
    const opening = page.getByRole('dialog', { name: '开立账户' })
    await opening.getByLabel('登录名').fill('erp')
    await opening.getByLabel('姓名或系统名称').fill('财务系统')
    await opening.getByRole('button', { name: '开立' }).click()
    const drawer = page.getByRole('dialog', { name: '财务系统（erp）' })
    await drawer.getByRole('button', { name: '签发密钥' }).click()
    const issuing = page.getByRole('dialog', { name: '签发服务密钥' })
    await issuing.getByLabel('用途').fill('拉取日报')
    await issuing.getByLabel(/到期日/).fill('2026-12-31')
    await issuing.getByRole('button', { name: '签发' }).click()
    const shown = page.getByRole('dialog', { name: '服务密钥', exact: true })
    const key = (await shown.locator('code').innerText()).trim()
    assert.deepEqual(await faultsOfAccess(page, '.ant-modal'), [])
    // Nothing but its reader's word closes it.
    await page.keyboard.press('Escape')
    await shown.getByRole('button', { name: '已妥善保存' }).click()
    await shown.waitFor({ state: 'detached' })
    await drawer.getByText('拉取日报').waitFor()
    assert.equal((await page.content()).includes(key), false)
    const answered = async (): Promise<number> =>
      (await fetch(`${people.platform.url}/api/records`, { headers: { authorization: `Bearer ${key}` } })).status
    assert.equal(await answered(), 403, 'it is known, and has no role yet')
    await drawer.getByRole('button', { name: '吊销' }).click()
    await page.getByRole('dialog', { name: '吊销密钥' }).getByRole('button', { name: '吊销' }).click()
    await drawer.getByText('已吊销').waitFor()
    assert.equal(await answered(), 401)
  })
})

async function opened(
  t: TestContext,
  browser: Browser,
  { platform }: PeopleTest,
  who: Person,
  device: Omit<Device, 'url'> = {},
): Promise<Page> {
  const { page } = await deviceOf(t, browser, { ...device, url: platform.url })
  await logIn(page, who)
  return page
}

/** A program that issues bills and begins payments, as a payer's page would. */
async function counterOf({ platform: { app, url } }: PeopleTest) {
  const key = await provideKey(app, 'counter', ['order.issue', 'order.read', 'payment.read'])
  const call = async (path: string, body?: object) => {
    const answer = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by reading it
    const said = (await answer.json()) as any
    assert.equal(answer.status, 200, JSON.stringify(said))
    return said
  }
  return {
    read: (path: string) => call(path),
    /** The number of a payment that its channel was asked for. */
    async begun(orderNo: string, amount: string, channel: string, method: string): Promise<string> {
      const bill = { merchant_no: 'WATER', fee_item_id: 'WATER-SEW', account_no: '10086001', payer_name: '王小明' }
      await call('/api/orders', { ...bill, order_no: orderNo, amount })
      const ask = { id: `pay-${orderNo}-000`, channel, method }
      return (await call(`/api/orders/${orderNo}/payments`, ask)).payment_no
    },
    async booked(no: string): Promise<void> {
      for (let tries = 0; (await call(`/api/payments/${no}`)).state !== 'success'; tries++) {
        assert.ok(tries < 100, 'the notice of the payment did not come')
        await new Promise(done => setTimeout(done, 100))
      }
    },
    /** Refunded, being refunded, and what could be refunded still. */
    async left(no: string): Promise<string[]> {
      const { refunded, refunding, remaining } = await call(`/api/payments/${no}`)
      return [refunded, refunding, remaining]
    },
  }
}
