import assert from 'node:assert/strict'
import { after, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { seedDiscrepancies } from '../../testkit/discrepancy_seed.ts'
import { seedOrder } from '../../testkit/paid_order.ts'
import { enterAsPayer, type PeopleTest, type Person, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, type Device, deviceOf, faultsOfAccess, logIn, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

const REASON = '理由（记入操作日志）'

/** A day with a 短款 and a 长款 of one amount, a payment that nobody has reconciled, and the appeal of its payer. */
async function morning(people: PeopleTest) {
  const { app } = people.platform
  await app.db.pool.query(
    `insert into departments (id, name, created_at) values ('D1', '公用', now());
     insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '水务公司', 'D1', now());
     insert into fee_items (id, merchant_no, name, category, created_at) values ('W1', 'M1', '水费', 'water', now())`,
  )
  const seeded = await seedDiscrepancies(app.db.pool, { merchant: 'M1', feeItem: 'W1', order: 'SEED', fen: 12860 })
  await seedOrder(app, { no: '1', merchant: 'M1', item: 'W1', account: '3601000001', paid: true })
  const payer = people.browser('10.1.0.1')
  await enterAsPayer(people, payer, '13800001234')
  const own = { merchant_no: 'M1', account_no: '3601000001', payer_name: '王小明' }
  assert.equal(await payer.outcome('POST', '/api/own/accounts', own), 200)
  const ask = { id: 'cases-appeal-1', payment_no: 'P1', kind: 'not_reconciled', text: '缴费三天仍显示未对账' }
  const appeal = (await payer.send('POST', '/api/own/appeals', { ...ask, email: 'wang@example.com' })).body
  return { ...seeded, payer, appealId: appeal.appeal_id as string }
}

webTest('the morning of those who deal with cases', async (t, browser) => {
  const people = await peopleTest(t)
  const { ours, theirs, payer, appealId } = await morning(people)
  const { url, app } = people.platform
  const cashier = await people.person('chuna', 'cashier')
  const finance = await people.person('caiwu', 'finance')
  const other = await people.person('caiwu2', 'finance')
  const support = await people.person('kefu', 'support')
  const standing = async (id: string) =>
    (await app.db.pool.query('select * from discrepancies where id = $1', [id])).rows[0]
  const opened = (who: Person, device: Omit<Device, 'url'> = {}) => openedBy(t, browser, who, { ...device, url })

  await t.test('several discrepancies at once, by the keyboard', async () => {
    const page = await opened(cashier)
    await page.goto('/app/discrepancies')
    await page.getByRole('link', { name: `长款 ${theirs}` }).waitFor()
    await noFaults(page, 'the list')
    for (const key of ['j', 'x', 'ArrowDown', 'x']) await page.keyboard.press(key)
    await page.getByText('已选 2 件').waitFor()
    await page.getByRole('region', { name: '批量处理' }).getByRole('button', { name: '受理' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '受理' }).click()
    await page.getByText('2 件已完成').waitFor()
    for (const id of [ours, theirs]) assert.equal((await standing(id)).owner, 'staff:chuna')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: '快捷键' }).waitFor()
    await page.context().close()
  })

  await t.test('a match by hand with what is left shown while rows are picked, and its undoing', async () => {
    const page = await opened(cashier, { look: 'dark' })
    await page.goto(`/app/discrepancies/match?with=${ours}`)
    const rest = page.getByTestId('rest')
    await rest.getByText('-128.60').waitFor()
    const lines = page.getByRole('region', { name: '渠道账单' })
    await lines.locator('label', { hasText: '金额正好' }).waitFor()
    await noFaults(page, 'the match in the dark')
    await lines.getByRole('checkbox').check()
    await rest.getByText('0.00', { exact: true }).waitFor()
    await lines.getByRole('checkbox').uncheck()
    await rest.getByText('-128.60').waitFor()
    await lines.getByRole('checkbox').check()
    await page.getByRole('button', { name: '匹配', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(REASON).fill('回单核对一致')
    await dialog.getByRole('button', { name: '匹配', exact: true }).click()
    await page.getByText('已匹配', { exact: true }).waitFor()
    for (const id of [ours, theirs]) {
      const { state, action, match_group: group } = await standing(id)
      assert.deepEqual([state, action, group !== null], ['explained', 'match', true])
    }
    await page.goto(`/app/discrepancies/${ours}`)
    await page.getByRole('button', { name: '拆开匹配' }).click()
    await dialog.getByLabel(REASON).fill('不是同一笔')
    await dialog.getByRole('button', { name: '拆开', exact: true }).click()
    await page.getByText('已拆开').waitFor()
    await page.context().close()
  })

  // What was taken apart is a 短款 again, of its own number.
  const { rows } = await app.db.pool.query(
    "select id::text from discrepancies where state = 'open' and kind = 'platform_only' order by id desc limit 1",
  )
  const again = rows[0].id as string

  await t.test(
    'a discrepancy is asked to be closed on a phone, refused once, and closed by a second person',
    async () => {
      const phone = await opened(finance, { size: 'phone' })
      await phone.goto('/app/discrepancies')
      await phone.getByRole('link', { name: `短款 ${again}` }).click()
      await phone.getByText('账单没有这一笔').waitFor()
      await noFaults(phone, 'one discrepancy on a phone')
      const ask = async (reason: string): Promise<void> => {
        await phone.getByRole('button', { name: '更多操作' }).click()
        await phone.getByRole('menuitem', { name: '强制结案' }).click()
        const dialog = phone.getByRole('dialog')
        await dialog.getByText('提交后由第二人复核，同意后才生效。').waitFor()
        await dialog.getByLabel(REASON).fill(reason)
        await dialog.getByRole('button', { name: '提交复核' }).click()
        await phone.getByText('已提交复核：强制结案').first().waitFor()
      }
      await ask('渠道口头确认')
      assert.deepEqual([(await standing(again)).state, (await standing(again)).asked_action], ['open', 'force_close'])

      const pc = await opened(other, { lang: 'en' })
      await pc.getByText('Waits for me').click()
      await pc.getByRole('heading', { name: 'Before and after' }).waitFor()
      await noFaults(pc, 'a review')
      await pc.getByRole('button', { name: 'Refuse' }).click()
      const refusal = pc.getByRole('dialog')
      assert.equal(await refusal.getByRole('button', { name: 'Refuse' }).isDisabled(), true, 'without a reason')
      await refusal.getByRole('textbox').fill('No letter is attached')
      await refusal.getByRole('button', { name: 'Refuse' }).click()
      await pc.getByText('Nothing waits for a second person').waitFor()
      const freed = await standing(again)
      assert.deepEqual([freed.state, freed.review_id], ['open', ''])

      await phone.getByText('已提交复核：强制结案').first().waitFor({ state: 'detached' })
      await ask('渠道书面确认不再补账')
      // Whoever asked is told why he may not decide, and has no button for it.
      await phone.getByRole('link', { name: '查看', exact: true }).click()
      await phone.getByText('这是您本人提交的申请，须由另一人复核').waitFor()
      await phone.getByRole('button', { name: '撤回申请' }).waitFor()
      assert.equal(await phone.getByRole('button', { name: '同意' }).count(), 0)

      await pc.getByText('Waits for me').waitFor()
      await pc.keyboard.press('j')
      await pc.keyboard.press('Enter')
      await pc.getByRole('button', { name: 'Approve' }).click()
      await pc.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
      await pc.getByText('Nothing waits for a second person').waitFor()
      const done = await standing(again)
      assert.deepEqual([done.state, done.action, done.reason], ['resolved', 'force_close', '渠道书面确认不再补账'])
      // The phone hears of it by itself.
      await phone.getByText('已同意').first().waitFor()
      await phone.context().close()
      await pc.context().close()
    },
  )

  await t.test('an appeal is taken and answered, and the payer reads the answer', async () => {
    const page = await opened(support, { size: 'pad' })
    await page.getByText('缴费三天仍显示未对账').click()
    await page.getByRole('heading', { name: '双方依据' }).waitFor()
    await noFaults(page, 'an appeal on a pad')
    await page.getByRole('button', { name: '受理' }).click()
    await page.getByRole('button', { name: '放回' }).waitFor()
    await page.getByRole('button', { name: '答复' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('已说明').click()
    await dialog.getByLabel('答复内容（缴费人会看到）').fill('渠道账单今日到达，明早显示已对账')
    // What he gets is shown before it is sent, by the platform's own templates.
    await dialog.getByRole('region', { name: '缴费人收到的内容' }).getByText('对账申诉答复').waitFor()
    await dialog.getByRole('button', { name: '发送答复' }).click()
    await page.getByRole('heading', { name: '答复' }).waitFor()
    const { appeals } = (await payer.send('GET', '/api/own/appeals')).body
    assert.deepEqual(
      appeals.map((each: { appeal_id: string; verdict: string; answer: string }) => [
        each.appeal_id,
        each.verdict,
        each.answer,
      ]),
      [[appealId, 'explained', '渠道账单今日到达，明早显示已对账']],
    )
    await page.context().close()
  })

  await t.test('a refund is found by its payment, and cannot be more than what remains', async () => {
    const page = await opened(cashier, { size: 'phone', look: 'dark' })
    await page.goto('/app/records')
    await page.getByRole('link', { name: '水费' }).click()
    await page.getByRole('button', { name: '申请退款' }).click()
    const dialog = page.getByRole('dialog')
    const amount = dialog.getByLabel('退款金额')
    await amount.fill('128.61')
    await dialog.getByText('超过可退余额 128.60').waitFor()
    await dialog.getByLabel(REASON).fill('水表读数更正')
    assert.equal(await dialog.getByRole('button', { name: '申请退款' }).isDisabled(), true)
    await amount.fill('28.60')
    await dialog.getByText('退后剩余 100.00').waitFor()
    await page.context().close()
  })

  await t.test('the other pages stand, on three sizes, in both languages, light and dark', async () => {
    const places: readonly (readonly [Omit<Device, 'url'>, readonly string[]])[] = [
      [{ lang: 'en' }, ['causes?cause=lost_notice', 'settlements?view=all']],
      [{ size: 'pad', look: 'dark' }, ['causes', 'records', 'refunds']],
      [{ size: 'phone' }, ['causes?form=new', 'records?view=waiting']],
    ]
    for (const [device, paths] of places) {
      const page = await opened(finance, device)
      for (const path of paths) {
        await page.goto(`/app/${path}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
        await noFaults(page, `${path} ${JSON.stringify(device)}`)
        assert.equal(
          await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'),
          true,
          `${path} scrolls sideways`,
        )
      }
      await page.context().close()
    }
  })
})

async function openedBy(t: TestContext, browser: Browser, who: Person, device: Device): Promise<Page> {
  const { page } = await deviceOf(t, browser, device)
  page.setDefaultTimeout(60_000)
  await logIn(page, who)
  return page
}

async function noFaults(page: Page, where: string): Promise<void> {
  assert.deepEqual(await faultsOfAccess(page), [], where)
}
