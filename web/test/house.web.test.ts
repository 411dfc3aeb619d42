import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { readState } from '../../src/audit/operations.ts'
import { seal } from '../../src/audit/seal.ts'
import { PACKAGE_ROOT } from '../../src/system/paths.ts'
import { closedDay } from '../../testkit/closed_days.ts'
import { seedMerchants } from '../../testkit/merchants.ts'
import { type PeopleTest, type Person, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsOfAccess, logIn, type Size, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

const BOOKS = `
  payment P1 80.00 10:01 order=O1 trade=T1
  payment P2 5.00 10:01 order=O2 trade=T2
  line    L1 80.00 10:02 trade=T1
`

/** A page at which somebody is logged in. */
async function at(
  t: TestContext,
  browser: Browser,
  house: PeopleTest,
  person: Person,
  device: { size?: Size } = {},
): Promise<Page> {
  const { page } = await deviceOf(t, browser, { url: house.platform.url, ...device })
  await logIn(page, person)
  return page
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** The file that a click gives. */
async function fileOf(page: Page, click: () => Promise<void>, folder: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}

webTest(
  'administration: a scoped role with a second supervisor, the log with its proof, the operator',
  async (t, browser) => {
    const house = await peopleTest(t)
    const { platform, person } = house
    await seedMerchants(platform.app)
    const [zhu, guan, shen, wei] = [
      await person('zhuguan', 'supervisor'),
      await person('guan', 'supervisor'),
      await person('shenji', 'auditor'),
      await person('yunwei', 'operator'),
    ]
    const lin = await person('lin', 'support')
    const folder = mkdtempSync(join(tmpdir(), 'house-'))
    t.after(() => rmSync(folder, { recursive: true }))

    await t.test('a supervisor asks for a role in a scope; it is there once another agrees', async t => {
      const page = await at(t, browser, house, zhu)
      // The supervisor lands on the users.
      await page.getByRole('heading', { name: '用户', exact: true }).waitFor()
      await button(page, 'lin 的姓名').waitFor()
      // From one name to the next and back, and open it.
      const [top = '', beneath = ''] = await page.locator('.cell-link').allTextContents()
      for (const [key, name] of [
        ['j', top],
        ['j', beneath],
        ['k', top],
      ] as const) {
        await page.keyboard.press(key)
        assert.equal(await page.locator('.cell-link:focus').textContent(), name)
      }
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: top }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: top }).waitFor({ state: 'hidden' })
      await button(page, 'lin 的姓名').click()
      await button(page, '授予角色').click()
      const dialog = page.getByRole('dialog', { name: /授予角色/ })
      await dialog.getByLabel('角色').click()
      await page.getByTitle('出纳', { exact: true }).click()
      await dialog.getByLabel('收费单位').click()
      await page.getByTitle('抚州市自来水公司（WATER）').click()
      await dialog.getByText('授予角色：lin 的姓名').click()
      await dialog.getByText('抚州市自来水公司（WATER）').waitFor()
      await dialog.getByLabel(/理由/).fill('新到岗，只管水费')
      await button(page, '提交复核').click()
      await page.getByText('已提交复核').waitFor()
      // Its title names the account, too: what is asked of the drawer is asked once it has gone.
      await dialog.waitFor({ state: 'hidden' })

      const second = house.browser()
      assert.equal(await second.logIn(guan), 200)
      const { body } = await second.send('GET', '/api/reviews?state=open')
      assert.equal(body.reviews.length, 1)
      const [{ review_id }] = body.reviews
      // Nobody agrees to his own wish.
      const own = house.browser()
      await own.logIn(zhu)
      assert.notEqual(await own.outcome('POST', `/api/reviews/${review_id}/approve`, { id: 'approve-own-1' }), 200)
      await page
        .getByRole('dialog', { name: /lin 的姓名/ })
        .getByText('客服')
        .waitFor()
      assert.equal(
        await page
          .getByRole('dialog', { name: /lin 的姓名/ })
          .getByText('出纳')
          .count(),
        0,
      )
      assert.equal(await second.outcome('POST', `/api/reviews/${review_id}/approve`, { id: 'approve-0001' }), 200)
      // The open page hears of it.
      const drawer = page.getByRole('dialog', { name: /lin 的姓名/ })
      await drawer.getByText('出纳', { exact: true }).waitFor()
      await drawer.getByText('收费单位 WATER').waitFor()
      const { body: account } = await second.send('GET', `/api/accounts/${lin.id}`)
      const granted = account.grants.find((grant: { role: string }) => grant.role === 'cashier')
      assert.deepEqual([granted.merchants, granted.departments], [['WATER'], null])
    })

    await t.test('an auditor finds the act, and its proof holds offline', async t => {
      while ((await readState(platform.app)).unsealed > 0) await seal(platform.app)
      const page = await at(t, browser, house, shen)
      await page.goto('/app/operation-log')
      await page.getByRole('heading', { name: '操作日志', exact: true }).waitFor()
      // A proof leads to a root that was exported after the act.
      await page.getByRole('button', { name: /导出根/ }).click()
      const root = await fileOf(page, () => button(page, '导出').click(), folder)
      await page.getByLabel('操作', { exact: true }).fill('授予角色')
      await page.getByTitle('授予角色', { exact: true }).click()
      const granted = await rows(house, 'role.grant')
      await page.locator('.log-row', { hasText: '登录' }).first().waitFor({ state: 'hidden' })
      await page
        .locator('.log-row')
        .nth(granted - 1)
        .waitFor()
      assert.equal(await page.locator('.log-row').count(), granted)
      await page.locator('.log-row').first().click()
      const drawer = page.getByRole('dialog', { name: '授予角色' })
      await drawer.getByText('WATER').first().waitFor()
      const proof = await fileOf(page, () => button(page, '下载证明').click(), folder)
      const script = await fileOf(page, () => button(page, '下载核验程序').click(), folder)
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'hidden' })
      const said = execFileSync(process.execPath, [script, proof, root], { encoding: 'utf8' })
      assert.match(said, /✓/)
      assert.equal(
        readFileSync(script, 'utf8'),
        readFileSync(join(PACKAGE_ROOT, 'scripts/verify-log-proof.mjs'), 'utf8'),
      )
      // Words that did not stand there are not proven.
      const forged = join(folder, 'forged.json')
      writeFileSync(forged, readFileSync(proof, 'utf8').replaceAll('WATER', 'POWER'))
      assert.throws(() => execFileSync(process.execPath, [script, forged, root], { stdio: 'ignore' }), { status: 1 })
    })

    await t.test('the operator lands on how the platform stands, on the phone', async t => {
      const page = await at(t, browser, house, wei, { size: 'phone' })
      await page.getByRole('heading', { name: '系统状态' }).waitFor()
      await page
        .getByRole('status')
        .getByText(/一切正常|运行正常|需要处理/)
        .waitFor()
      await page.getByText('封存操作日志').waitFor()
      await page.getByRole('link', { name: '查看与轮换' }).click()
      await button(page, '轮换密钥').click()
      await page.getByLabel(/理由/).fill('季度轮换')
      await button(page, '轮换').click()
      await page.getByText(/已生成 8 把新密钥/).waitFor()
      assert.ok((await house.acts()).some(({ what, detail }) => what === 'vault.rotate' && detail.includes('季度轮换')))
    })

    await t.test('what may not be done is not offered', async t => {
      const page = await at(t, browser, house, shen, { size: 'pad' })
      await page.goto('/app/accounts')
      await button(page, 'lin 的姓名').waitFor()
      assert.equal(await button(page, '开立账户').count(), 0)
      await page.goto('/app/system')
      await page.getByText('没有此页的权限').waitFor()
    })

    await t.test('all pages of administration are open to everybody’s senses', async t => {
      await accessible(await at(t, browser, house, zhu), [
        [`accounts?account=${lin.id}`, '登录中的设备'],
        ['roles', '内置'],
        ['merchants?merchant=WATER', '污水处理费'],
        ['alerts', '没有待处理的告警'],
        ['rules', '内置默认'],
      ])
      await accessible(await at(t, browser, house, shen, { size: 'phone' }), [
        ['operation-log', '已封存至块'],
        ['keys', '使用中'],
        ['orders', '按缴费单号'],
        ['bill-batches', '还没有上传过账单文件'],
        ['notices', '没有需要处理的通知'],
        ['reports', '该账期没有对账'],
      ])
      await accessible(await at(t, browser, house, wei, { size: 'pad' }), [['system', '封存操作日志']])
    })
  },
)

const rows = async (house: PeopleTest, what: string): Promise<number> =>
  (await house.platform.app.db.pool.query('select count(*)::int as n from operation_log where what = $1', [what]))
    .rows[0].n

/** Each page once its content stands there, in light and dark. */
async function accessible(page: Page, pages: readonly (readonly [path: string, text: string])[]): Promise<void> {
  for (const [path, text] of pages) {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`/app/${path}`)
    await page.getByText(text).first().waitFor()
    assert.deepEqual(await faultsOfAccess(page), [], path)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-look=dark]').waitFor()
    assert.deepEqual(await faultsOfAccess(page), [], `${path} in the dark`)
  }
}

webTest(
  'rules and reports: a version through its gate to the question for its activation; an export downloaded',
  async (t, browser) => {
    const house = await peopleTest(t)
    const { platform, person } = house
    const cai = await person('caiwu', 'finance')
    await closedDay(platform.app.db.pool, '2026-11-20', BOOKS)
    const folder = mkdtempSync(join(tmpdir(), 'house-'))
    t.after(() => rmSync(folder, { recursive: true }))

    await t.test('form and text say the same, a fault is told at its line, the gate tells what changes', async t => {
      const page = await at(t, browser, house, cai)
      await page.goto('/app/rules')
      await button(page, '以版本 1 编写新版本').click()
      const text = page.getByLabel('规则原文（YAML）')
      await text.fill('name: 第二版\ndefaults:\n  waive_below: 10\n')
      await page.getByText(/第 3 行 · 默认规则 · 低于此金额豁免/).waitFor()
      assert.ok(await button(page, '保存为新版本').isDisabled())
      const waive = page.getByLabel('低于此金额豁免')
      await waive.fill('10.00')
      assert.equal(await text.inputValue(), 'name: 第二版\ndefaults:\n  waive_below: "10.00"\n')
      await text.fill('name: 第二版\ndefaults:\n  waive_below: "12.00" # 小额\n')
      await page.locator('.side-form input[value="12.00"]').waitFor()
      await button(page, '保存为新版本').click()
      await page.getByLabel(/理由/).fill('小额差异不追')
      await button(page, '保存').click()
      await page.getByText('版本 2 第二版').waitFor()
      await page.getByRole('cell', { name: '默认规则 · 低于此金额豁免' }).waitFor()

      await page.getByRole('tab', { name: '回归检查' }).click()
      await button(page, '开始回归检查').click()
      await page.getByText(/重放 1 个账期/).waitFor()
      await page.getByText('类别或标记改变').first().waitFor()
      await page.getByRole('link', { name: 'P2' }).waitFor()

      await button(page, '申请启用').click()
      const dialog = page.getByRole('dialog', { name: '申请启用版本 2' })
      await dialog.getByLabel('自哪个账期起').fill('2026-11-21')
      await dialog.getByLabel('依据的回归检查').click()
      await page.getByTitle(/对照版本 1/).click()
      await dialog.getByLabel(/理由/).fill('按新制度')
      await button(page, '提交复核').click()
      await page.getByText('已提交复核').waitFor()
      await dialog.waitFor({ state: 'hidden' })
      const { rows: asked } = await platform.app.db.pool.query('select kind, state::text, reason from reviews')
      assert.deepEqual(asked, [{ kind: 'rule_activation', state: 'open', reason: '按新制度' }])
      // It holds for nothing until somebody agrees.
      const { rows: held } = await platform.app.db.pool.query('select version from rule_activations')
      assert.deepEqual(held, [{ version: 1 }])
      assert.deepEqual(await faultsOfAccess(page), [])
    })

    await t.test('a template is copied and exported, and the file is what its digest says', async t => {
      const page = await at(t, browser, house, cai, { size: 'pad' })
      await page.goto('/app/reports?tab=templates&template=standard.items')
      await button(page, '以此新建').click()
      await page.getByLabel('名称').fill('每日流水')
      await page.getByRole('button', { name: /^保\s?存$/ }).click()
      await page.getByLabel(/理由/).fill('例会')
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^保\s?存$/ })
        .click()
      await page.getByRole('heading', { name: /每日流水/ }).waitFor()
      await page.getByRole('button', { name: /^导\s?出$/ }).click()
      await page.getByRole('menuitem', { name: 'CSV' }).click()
      const link = page.getByRole('link', { name: '下载 每日流水' })
      await link.waitFor()
      const file = await fileOf(page, () => link.click(), folder)
      const { createHash } = await import('node:crypto')
      const { rows: made } = await platform.app.db.pool.query('select sm3, format from report_exports')
      assert.deepEqual(made, [{ format: 'csv', sm3: createHash('sm3').update(readFileSync(file)).digest('hex') }])
      assert.deepEqual(await faultsOfAccess(page), [])
    })
  },
)
