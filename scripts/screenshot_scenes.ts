import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

/** A page as somebody with this log-in sees it ('-' nobody, 'payer' the demo's payer), in a state that it must be brought to first. */
export type Scene = {
  readonly login: string
  readonly name: string
  readonly path: string
  readonly act?: (page: Page) => Promise<void>
  /** Takes back what was done, so that the next picture finds the same morning. */
  readonly undo?: (page: Page) => Promise<void>
}

/** Which pages show which role's work. */
const PAGES_OF: Readonly<Record<string, readonly string[]>> = {
  '-': ['', 'pay', 'pay/verify'],
  chuna: [
    'items',
    'items?state=discrepancy',
    'dashboard',
    'days',
    'days?state=closed',
    'statements',
    'statements?tab=files',
    'statements/inspect',
    'discrepancies',
    'discrepancies/match',
    'anomaly-reports',
    'refunds',
    'records',
    'me',
  ],
  caiwu: [
    'reviews',
    'reviews?view=all',
    'settlements?view=all',
    'records?view=waiting',
    'records?view=anomalies',
    'records?view=refused',
    'causes',
    'rules',
    'reports',
    'reports?tab=templates',
    'reports?tab=exports',
    'reports?tab=schedules',
    'orders',
    'bill-batches',
  ],
  kefu: ['appeals', 'notices'],
  shenji: ['operation-log'],
  zhuguan: ['accounts', 'roles', 'merchants'],
  yunwei: ['system', 'alerts', 'keys'],
  payer: ['own/bills', 'own/records', 'own/appeals', 'me'],
}

/** The first of these opened: rows and cards carry the same classes in every language. */
const opens =
  (selector: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(selector).first().click()
    await settled(page)
  }

/** Nothing is on its way any more. An idle network is never seen: pages listen for what changes. */
export async function settled(page: Page): Promise<void> {
  for (let quiet = 0, turns = 0; quiet < 3 && turns < 60; turns++) {
    await page.waitForTimeout(100)
    const busy = await page.locator('[aria-busy=true], .ant-skeleton, .ant-spin-spinning').count()
    quiet = busy === 0 ? quiet + 1 : 0
  }
}

const LISTS = '**/api/items?*'
/** As the platform answers when something in it has failed. */
const BROKEN = {
  error: {
    ...{
      code: 'internal',
      message_zh: '平台内部错误，请稍后重试',
      message_en: 'Something failed; try again in a moment',
    },
    request_id: '01M8BSNKHBBNW4Z3PJVAJ1V0GS',
  },
}
const again = async (page: Page): Promise<void> => {
  await page.reload()
  await settled(page)
}

/** A payment of the payer's that has arrived. */
const PAID = '#content .bills a:has(.ant-tag-processing)'

/** A file with something to say about it. */
const SAMPLE = join(PACKAGE_ROOT, 'testkit/samples/alipay-totals-do-not-match.csv')

const STATES: readonly Scene[] = [
  {
    login: '-',
    name: 'door-refused',
    path: '',
    act: async page => {
      await page.locator('input[autocomplete=username]').fill('nobody')
      await page.locator('input[autocomplete=current-password]').fill('not it')
      await page.locator('button[type=submit]').first().click()
      await page.getByRole('alert').waitFor()
    },
  },
  { login: '-', name: 'door-payers', path: '', act: page => page.getByRole('tab').nth(1).click() },
  { login: '-', name: 'pay-found', path: 'pay', act: findBills },
  {
    login: '-',
    name: 'pay-bill',
    path: 'pay',
    act: async page => {
      await findBills(page)
      await opens('.bills .button-link')(page)
    },
  },
  { login: '-', name: 'pay-waits', path: 'pay', act: payOne },
  { login: 'chuna', name: 'items-none', path: 'items?number=NOTHING-LIKE-IT' },
  {
    login: 'chuna',
    name: 'items-loading',
    path: 'me',
    act: async page => {
      await page.route(LISTS, () => {})
      await visit(page, 'items')
      await page.locator('.item-tabs').waitFor()
    },
    undo: page => page.unroute(LISTS),
  },
  {
    login: 'chuna',
    name: 'items-failed',
    path: 'me',
    act: async page => {
      await page.route(LISTS, route => route.fulfill({ status: 500, json: BROKEN }))
      await visit(page, 'items')
      await settled(page)
    },
    undo: page => page.unroute(LISTS),
  },
  {
    login: 'chuna',
    name: 'items-offline',
    path: 'items',
    act: async page => {
      await page.context().setOffline(true)
      await page.locator('.ant-alert-banner').waitFor()
      await page.locator('.item:not(.item-wrong) .item-act button').first().click()
      await page.locator('[data-phase=unsent]').waitFor()
    },
    undo: async page => {
      await page.context().setOffline(false)
      await again(page)
    },
  },
  {
    login: 'chuna',
    name: 'items-confirmed',
    path: 'items?state=matched',
    act: async page => {
      await page.locator('.item:not(.item-wrong) .item-act button').first().click()
      await page.locator('[data-phase=done]').waitFor()
    },
    undo: async page => {
      await page.locator('[data-phase=done] .item-act button').click()
      await page.locator('[data-state=matched][data-phase=done]').waitFor()
    },
  },
  {
    login: 'chuna',
    name: 'items-several',
    path: 'items?state=matched',
    act: async page => {
      for (const n of [0, 1, 2]) await page.locator('.item-check input').nth(n).click()
      await page.locator('.bulk').waitFor()
    },
  },
  {
    login: 'chuna',
    name: 'items-anomaly',
    path: 'items?state=discrepancy',
    act: async page => {
      await opens('.item-wrong .item-act button')(page)
      await page.locator('.ant-modal .item-compared').waitFor()
    },
  },
  { login: 'chuna', name: 'items-opened', path: 'items?state=matched', act: opens('.item-open') },
  { login: 'chuna', name: 'items-keys', path: 'items', act: page => page.keyboard.press('?') },
  {
    login: 'chuna',
    name: 'found',
    path: 'items',
    act: async page => {
      const number = (await page.locator('.item-no').first().textContent()) ?? ''
      await page.keyboard.press('Control+K')
      await page.locator('.ant-modal input').fill(number)
      await page.keyboard.press('Enter')
      await page.locator('.found').waitFor()
    },
  },
  { login: 'chuna', name: 'day', path: 'days', act: opens('.day-card-name') },
  { login: 'chuna', name: 'day-closed', path: 'days?state=closed', act: opens('.day-card-name') },
  { login: 'chuna', name: 'statement', path: 'statements?tab=files', act: opens('.file-row') },
  {
    login: 'chuna',
    name: 'inspected',
    path: 'statements/inspect',
    act: async page => {
      await page.locator('input[type=file]').setInputFiles(SAMPLE)
      await page.locator('.inspected').waitFor()
      await settled(page)
    },
  },
  { login: 'chuna', name: 'discrepancy', path: 'discrepancies?kind=channel_only', act: opens('.case-what a') },
  {
    login: 'chuna',
    name: 'discrepancy-amount',
    path: 'discrepancies?kind=amount_mismatch',
    act: opens('.case-what a'),
  },
  {
    login: 'chuna',
    name: 'discrepancies-several',
    path: 'discrepancies',
    act: async page => {
      for (const n of [0, 1]) await page.locator('.case-pick input').nth(n).click()
      await page.locator('.act-bar').waitFor()
    },
  },
  {
    login: 'chuna',
    name: 'match',
    path: 'discrepancies?kind=channel_only',
    act: async page => {
      const one = (await page.locator('.case-what a').first().getAttribute('href')) ?? ''
      await visit(page, `discrepancies/match?with=${one.split('/').at(-1)}`)
      await settled(page)
    },
  },
  { login: 'caiwu', name: 'review', path: 'reviews', act: opens('.row-link') },
  { login: 'caiwu', name: 'settlement', path: 'settlements?view=all', act: opens('.row-link') },
  { login: 'caiwu', name: 'cause', path: 'causes', act: opens('.cause-open') },
  { login: 'caiwu', name: 'cause-form', path: 'causes?form=new' },
  { login: 'caiwu', name: 'rules-gate', path: 'rules?version=2&tab=gates' },
  { login: 'caiwu', name: 'rules-editor', path: 'rules?edit=1' },
  { login: 'caiwu', name: 'report-template', path: 'reports?tab=templates&template=standard.items' },
  { login: 'caiwu', name: 'orders-found', path: 'orders?merchant=FZWATER&account=10086001' },
  {
    login: 'caiwu',
    name: 'order',
    path: 'orders?merchant=FZWATER&account=10086001',
    act: opens('.cell-link'),
  },
  { login: 'kefu', name: 'appeal', path: 'appeals', act: opens('.row-link') },
  {
    login: 'kefu',
    name: 'menu',
    path: 'appeals',
    act: async page => {
      const menu = page.locator('.top > button[aria-expanded]')
      if (await menu.isVisible()) await menu.click()
    },
  },
  { login: 'shenji', name: 'log-entry', path: 'operation-log', act: opens('.log-row') },
  { login: 'zhuguan', name: 'account', path: 'accounts', act: opens('.cell-link') },
  { login: 'zhuguan', name: 'merchant', path: 'merchants?merchant=FZWATER' },
  { login: 'yunwei', name: 'not-here', path: 'no-such-page' },
  { login: 'yunwei', name: 'not-allowed', path: 'items' },
  { login: 'payer', name: 'own-record', path: 'own/records', act: opens(PAID) },
  { login: 'payer', name: 'own-appeal', path: 'own/appeals', act: opens('#content .bills a') },
  {
    login: 'payer',
    name: 'own-appeal-new',
    path: 'own/records',
    act: async page => {
      await opens(PAID)(page)
      await opens('a[href*="/own/appeals/new"]')(page)
    },
  },
  {
    login: 'payer',
    name: 'receipt',
    path: 'own/records',
    act: async page => {
      await opens(PAID)(page)
      await opens('a[href*="/pay/receipt/"]')(page)
    },
  },
]

/** All of them, each role's together. */
export const SCENES: readonly Scene[] = Object.keys(PAGES_OF).flatMap(login => [
  ...(PAGES_OF[login] ?? []).map(path => ({ login, path, name: path.replace(/\W+/g, '_') || 'door' })),
  ...STATES.filter(scene => scene.login === login),
])

/** Another page beneath /app/ of the server whose page this is. */
export async function visit(page: Page, path: string): Promise<void> {
  const [, base = ''] = /^(.*?\/app\/)/.exec(page.url()) ?? []
  await page.goto(base + path)
}

/** The demo's account number, at the first payee that is listed. */
async function findBills(page: Page): Promise<void> {
  await page.locator('#payee').click()
  await page.locator('.ant-select-item-option').first().click()
  await page.locator('#account').fill('10086001')
  await page.locator('form.bill button[type=submit]').click()
  await settled(page)
}

/** A bill on its way to be paid. On a phone the channel's own page opens: the picture is of the page that waits behind it. */
async function payOne(page: Page): Promise<void> {
  await findBills(page)
  await opens('.bills .button-link')(page)
  await page.locator('.sticky-deed button').click()
  await page.waitForURL(url => !url.pathname.startsWith('/app/pay/order/'))
  await page.waitForTimeout(1_000)
  if (!page.url().includes('/app/')) await page.goBack()
  await page.locator('.steps4').waitFor()
}
