import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Page } from 'playwright-core'
import { seedDiscrepancies } from '../../testkit/discrepancy_seed.ts'
import { type PeopleTest, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsOfAccess, logIn, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

const FEN = 12860

/** A day with a 短款 and a 长款 of one amount, and people who work on it. */
async function morning(people: PeopleTest) {
  const { pool } = people.platform.app.db
  await pool.query(
    `insert into departments (id, name, created_at) values ('D1', '公用', now());
     insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '水务公司', 'D1', now());
     insert into fee_items (id, merchant_no, name, category, created_at) values ('W1', 'M1', '水费', 'water', now())`,
  )
  return {
    ...(await seedDiscrepancies(pool, { merchant: 'M1', feeItem: 'W1', order: 'SEED', fen: FEN })),
    cashier: await people.person('chuna', 'cashier'),
    finance: await people.person('caiwu', 'finance'),
    other: await people.person('caiwu2', 'finance'),
  }
}

const standing = async (people: PeopleTest, id: string) => {
  const { rows } = await people.platform.app.db.pool.query('select * from discrepancies where id = $1', [id])
  return rows[0]
}

async function noFaults(page: Page, where: string): Promise<void> {
  assert.deepEqual(await faultsOfAccess(page), [], where)
}

webTest(
  'a discrepancy goes from the list to closed: asked on a phone, refused to its maker, approved by a second person on a PC',
  async (t, browser) => {
    const people = await peopleTest(t)
    const { ours, finance, other } = await morning(people)
    const { url } = people.platform
    const phone = (await deviceOf(t, browser, { url, size: 'phone' })).page
    await logIn(phone, finance)
    await phone.goto('/app/discrepancies')
    await phone.getByText('金额合计').waitFor()
    await noFaults(phone, 'the list')
    await phone.getByRole('link', { name: `短款 ${ours}` }).click()
    await phone.getByRole('heading', { name: '两边依据' }).waitFor()
    await phone.getByText('账单没有这一笔').waitFor()
    await noFaults(phone, 'one discrepancy')
    await phone.getByRole('button', { name: '更多操作' }).click()
    await phone.getByRole('menuitem', { name: '强制结案' }).click()
    const dialog = phone.getByRole('dialog')
    await dialog.getByText('提交后由第二人复核，同意后才生效。').waitFor()
    await dialog.getByLabel('理由（记入操作日志）').fill('渠道书面确认不再补账')
    await dialog.getByRole('button', { name: '提交复核' }).click()
    await phone.getByText('已提交复核：强制结案').waitFor()
    const asked = await standing(people, ours)
    assert.deepEqual([asked.state, asked.asked_action], ['open', 'force_close'])

    // Whoever asked is told why he may not decide, and has no button to do it.
    await phone.getByRole('link', { name: '查看', exact: true }).click()
    await phone.getByText('这是您本人提交的申请，须由另一人复核').waitFor()
    await phone.getByRole('button', { name: '撤回申请' }).waitFor()
    assert.equal(await phone.getByRole('button', { name: /同\s?意/ }).count(), 0)

    const pc = (await deviceOf(t, browser, { url, look: 'dark' })).page
    await logIn(pc, other)
    await pc.getByText('待我复核').waitFor()
    await pc.keyboard.press('j')
    await pc.keyboard.press('Enter')
    await pc.getByRole('heading', { name: '变更对照' }).waitFor()
    await pc
      .getByText(`短款 ${ours}`)
      .first()
      .waitFor()
    await noFaults(pc, 'a review in the dark')
    await pc.getByRole('button', { name: /^同\s?意$/ }).click()
    await pc
      .getByRole('dialog')
      .getByRole('button', { name: /^同\s?意$/ })
      .click()
    await pc.getByText('没有等待复核的申请').waitFor()
    const done = await standing(people, ours)
    assert.deepEqual([done.state, done.action], ['resolved', 'force_close'])
    // The phone hears of it by itself.
    await phone.getByText('已同意').first().waitFor()
  },
)

webTest(
  'a match by hand shows what is left while rows are picked, and a refusal frees what was asked',
  async (t, browser) => {
    const people = await peopleTest(t)
    const { ours, theirs, cashier, finance } = await morning(people)
    const { url } = people.platform
    const { page } = await deviceOf(t, browser, { url })
    await logIn(page, cashier)
    await page.goto(`/app/discrepancies/match?with=${ours}`)
    const rest = page.getByTestId('rest')
    await rest.getByText('-128.60').waitFor()
    const proposal = page.getByRole('region', { name: '渠道账单' }).locator('label', { hasText: '金额正好' })
    await proposal.waitFor()
    await noFaults(page, 'the match')
    await proposal.click()
    await rest.getByText('0.00', { exact: true }).waitFor()
    // Put back, it is left over again.
    const line = page.getByRole('region', { name: '渠道账单' }).getByRole('checkbox').first()
    await line.uncheck()
    await rest.getByText('-128.60').waitFor()
    await line.check()
    await page.getByRole('button', { name: /^匹\s?配$/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('理由（记入操作日志）').fill('回单核对一致')
    await dialog.getByRole('button', { name: /^匹\s?配$/ }).click()
    await page.getByText('已匹配', { exact: true }).waitFor()
    for (const id of [ours, theirs]) {
      const { state, action, match_group: group } = await standing(people, id)
      assert.deepEqual([state, action, group !== null], ['explained', 'match', true])
    }

    // Taken apart, both are open discrepancies of the person's.
    await page.goto(`/app/discrepancies/${ours}`)
    await page.getByRole('button', { name: '拆开匹配' }).click()
    await page.getByRole('dialog').getByLabel('理由（记入操作日志）').fill('不是同一笔')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^拆\s?开$/ })
      .click()
    await page.getByText('已拆开').waitFor()

    // Accepting the difference needs a second person, who may say no.
    const { rows } = await people.platform.app.db.pool.query(
      "select id::text from discrepancies where state = 'open' and kind = 'platform_only' order by id desc limit 1",
    )
    const again = rows[0].id
    const asking = people.browser()
    await asking.logIn(cashier)
    const ask = await asking.send('POST', `/api/discrepancies/${again}/actions`, {
      ...{ id: 'cases-accept-1', action: 'accept_platform', reason: '以平台为准' },
    })
    assert.equal(ask.body.outcome, 'awaiting_review', ask.text)
    const pad = (await deviceOf(t, browser, { url, size: 'pad', lang: 'en' })).page
    await logIn(pad, finance)
    await pad.getByText('Waits for me').click()
    await pad.getByRole('button', { name: 'Refuse' }).click()
    const refusal = pad.getByRole('dialog')
    assert.equal(await refusal.getByRole('button', { name: 'Refuse' }).isDisabled(), true, 'without a reason')
    await refusal.getByLabel('Reason (kept in the operation log)').fill('No receipt is attached')
    await refusal.getByRole('button', { name: 'Refuse' }).click()
    await pad.getByText('Nothing waits for a second person').waitFor()
    const freed = await standing(people, again)
    assert.deepEqual([freed.state, freed.review_id], ['open', ''])
  },
)

webTest('several discrepancies at once, by the keyboard, with a result for each', async (t, browser) => {
  const people = await peopleTest(t)
  const { ours, theirs, cashier } = await morning(people)
  const { page } = await deviceOf(t, browser, { url: people.platform.url })
  await logIn(page, cashier)
  await page.goto('/app/discrepancies')
  await page.getByRole('link', { name: `长款 ${theirs}` }).waitFor()
  for (const key of ['j', 'x', 'ArrowDown', 'x']) await page.keyboard.press(key)
  await page.getByText('已选 2 件').waitFor()
  await page
    .getByRole('region', { name: '批量处理' })
    .getByRole('button', { name: /受\s?理/ })
    .click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /受\s?理/ })
    .click()
  await page.getByText('2 件已完成').waitFor()
  for (const id of [ours, theirs]) assert.equal((await standing(people, id)).owner, 'staff:chuna')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: '快捷键' }).waitFor()
})
