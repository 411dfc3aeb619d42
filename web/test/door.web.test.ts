import assert from 'node:assert/strict'
import { after } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { closeBrowser, deviceOf, faultsOfAccess, logIn, type Size, webTest } from '../../testkit/web.ts'

after(closeBrowser)
after(closeTestServer)

for (const size of ['pc', 'phone'] as Size[])
  webTest(
    `the door on a ${size}: a wrong password is told, the right one opens, and leaving closes`,
    async (t, browser) => {
      const { platform, person } = await peopleTest(t)
      const cashier = await person('chuna', 'cashier')
      const { page } = await deviceOf(t, browser, { url: platform.url, size })
      await page.goto('/')
      await page.getByRole('heading', { name: '抚州支付平台' }).waitFor()
      assert.deepEqual(await faultsOfAccess(page), [])
      // Nobody has registered this device: it does not begin with what it cannot do.
      assert.match(await page.locator('form .ant-btn-primary').innerText(), /^登\s?录$/)
      await page.locator('input[autocomplete=username]').fill('chuna')
      await page.locator('input[autocomplete=current-password]').fill('not it')
      await page.getByRole('button', { name: /^登\s?录$/ }).click()
      await page.getByRole('alert').getByText('登录名、密码或验证码不正确').waitFor()
      await logIn(page, cashier)
      await page.getByRole('button', { name: /chuna/ }).click()
      await page.getByText('退出').click()
      await page.locator('input[autocomplete=username]').waitFor()
    },
  )
