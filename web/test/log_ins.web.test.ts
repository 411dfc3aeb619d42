import assert from 'node:assert/strict'
import { after } from 'node:test'
import { hashPassword } from '../../src/access/password.ts'
import { setPassword } from '../../src/access/store.ts'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsInBothLooks, logIn, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

/** "Paid" and "Back" could each be anything: the platform asks. */
const FILE = 'Day,No,Paid,Back\n2026-11-19,B1,1.00,\n2026-11-19,B2,,2.00\n2026-11-19,B3,3.50,\n'
const MEANINGS = { No: '渠道交易号', Paid: '收入金额', Back: '支出金额' }

webTest(
  'passkeys on a phone, a password that must be changed, and a file whose columns are said and known the next time',
  async (t, browser) => {
    const { platform, person } = await peopleTest(t)
    const { app, url } = platform
    const cashier = await person('chuna', 'cashier')

    const { context, page } = await deviceOf(t, browser, { url, size: 'phone' })
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    await logIn(page, cashier)
    await page.goto('/app/me')
    await page.getByRole('button', { name: '登记这台设备' }).click()
    await page.locator('#passkey-name').fill('我的手机')
    await page.getByRole('button', { name: '继续' }).click()
    await page.getByText('我的手机').waitFor()
    assert.deepEqual(await faultsInBothLooks(page), [])
    await page.getByRole('button', { name: '退出' }).click()
    // A device with a passkey is offered it first.
    await page.locator('.ant-btn-primary', { hasText: '指纹或面容登录' }).click()
    await page.locator('#content').waitFor()
    const { rows } = await app.db.pool.query(
      'select method from sessions where ended_at is null order by created_at desc limit 1',
    )
    assert.equal(rows[0]?.method, 'passkey')
    await page.goto('/app/me')
    await page.getByRole('button', { name: '吊销 我的手机' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '吊销' }).click()
    // Its own log-in ends with it.
    await page.getByText('登录已结束').waitFor()
    await page.getByRole('button', { name: '指纹或面容登录' }).click()
    await page.getByRole('alert').waitFor()

    await setPassword(app.db.pool, cashier.id, await hashPassword(cashier.password), true, app.now())
    const { page: desk } = await deviceOf(t, browser, { url, size: 'pc' })
    await logIn(desk, cashier)
    await desk.getByText('请先设置您自己的密码').waitFor()
    await desk.goto('/app/statements')
    await desk.getByText('请先设置您自己的密码').waitFor()
    assert.deepEqual(await faultsInBothLooks(desk), [])
    await desk.locator('#present').fill(cashier.password)
    await desk.locator('#next').fill('marble otter quietly 27 lanterns')
    await desk.locator('#again').fill('marble otter quietly 27 lanterns')
    await desk.getByRole('button', { name: '修改密码' }).click()
    await desk.getByRole('heading', { name: '对账单' }).waitFor()
    assert.deepEqual(await faultsInBothLooks(desk), [])

    await desk.goto('/app/statements/inspect')
    const choose = () =>
      desk.setInputFiles('input[type=file]', { name: 'bank.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
    await choose()
    await desk.getByText('还不能入账').waitFor()
    assert.deepEqual(await faultsInBothLooks(desk), [])
    await desk.getByRole('textbox', { name: '币种' }).fill('CNY')
    for (const [header, meaning] of Object.entries(MEANINGS)) {
      await desk.locator('.inspected[aria-busy=false]').waitFor()
      await desk.getByLabel(header, { exact: true }).fill(meaning)
      await desk.keyboard.press('Enter')
      await desk.locator('.column-said', { hasText: header }).getByText('您指定').waitFor()
    }
    await desk.getByText(/可以入账/).waitFor()
    await desk.getByRole('cell', { name: '-2.00' }).waitFor()
    assert.deepEqual(await faultsInBothLooks(desk), [])
    await desk.locator('#template').fill('某行流水')
    await desk.getByRole('button', { name: '确认为模板' }).click()
    await desk.getByText('已保存“某行流水”第 1 版').waitFor()
    await desk.reload()
    await choose()
    await desk.getByText(/可以入账/).waitFor()
    const kept = await app.db.pool.query('select name, version, mapping from statement_templates')
    assert.deepEqual(kept.rows[0]?.mapping, {
      Day: 'date',
      No: 'channel_trade_no',
      Paid: 'amount_in',
      Back: 'amount_out',
    })
  },
)
