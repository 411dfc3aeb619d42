import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type TestContext, test } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'

/** The three kinds of devices that pages are made for. */
export const SIZES = {
  pc: { width: 1440, height: 900 },
  pad: { width: 820, height: 1180 },
  phone: { width: 390, height: 844 },
} as const
export type Size = keyof typeof SIZES

let shared: Promise<Browser> | undefined

/** One Chromium for all tests of a file. */
const browserOf = (path: string): Promise<Browser> =>
  (shared ??= chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] }))

/** Closes it; for `after` of the file. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}

/** A test in a real browser; skipped, in plain words, where there is none. */
export function webTest(name: string, run: (t: TestContext, browser: Browser) => Promise<void>): void {
  const path = findChromium()
  test(name, { skip: path === null ? '没有 Chromium No Chromium' : false }, async t =>
    run(t, await browserOf(path as string)),
  )
}

export type Device = {
  readonly size?: Size
  readonly lang?: 'zh' | 'en'
  readonly look?: 'light' | 'dark'
  /** Whether menus and bubbles open with their motion; whoever clicks in them then waits for that to end. */
  readonly moving?: boolean
  readonly url: string
}

/**
 * A device of its own, by the name localhost (passkeys know no IP addresses), with what its user chose. It fails its test when a page throws, or its policy forbids something.
 *
 * Nothing moves on it unless it is asked to: a menu stands at its place for some frames before anybody can see it, then is squeezed and grows. Nobody's finger is so quick; Playwright may take it for standing,
 * press, and let go when the item is elsewhere, which is no click. (Seen with the processor slowed to a quarter: an item's top at 665, invisible, for 170 ms; then 565, 691, and back to 665.)
 */
export async function deviceOf(
  t: TestContext,
  browser: Browser,
  { size = 'pc', lang = 'zh', look = 'light', moving = false, url }: Device,
): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly faults: string[] }> {
  const context = await browser.newContext({
    ...{
      viewport: SIZES[size],
      baseURL: url.replace('127.0.0.1', 'localhost'),
      locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
      colorScheme: look,
      reducedMotion: moving ? 'no-preference' : 'reduce',
    },
    ...{ isMobile: size === 'phone', hasTouch: size !== 'pc', serviceWorkers: 'block' },
  })
  await context.addInitScript(`localStorage.setItem('fzpay.lang', '${lang}')`)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(String(error)))
  page.on('console', message => {
    // What the platform refuses is shown on the page and no fault of it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  t.after(async () => {
    await context.close()
    assert.deepEqual(faults, [], 'faults in the page')
  })
  return { context, page, faults }
}

/** Logs somebody in by the form. */
export async function logIn(
  page: Page,
  { login, password }: { readonly login: string; readonly password: string },
): Promise<void> {
  await page.goto('/app/')
  await page.locator('input[autocomplete=username]').fill(login)
  await page.locator('input[autocomplete=current-password]').fill(password)
  await page.locator('button[type=submit]').first().click()
  await page.locator('#content').waitFor()
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}
/** Only what is wrong is worked out in full, which is most of its time. */
const HOW = JSON.stringify({
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  resultTypes: ['violations'],
})

/** Two frames on, and when what was fading or moving has ended: a colour on its way has no contrast to judge. */
const STANDS = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
  const moving = document.getAnimations().filter(each => each.effect?.getComputedTiming().iterations !== Infinity)
  Promise.allSettled(moving.map(each => each.finished)).then(() => done(null))
})))`

/** Serious and critical faults of access that axe finds on the page as it stands, or on the part of it in front: WCAG 2.2 A and AA. */
export async function faultsOfAccess(page: Page, within?: string): Promise<string[]> {
  if (!(await page.evaluate<boolean>("typeof axe === 'object'"))) await page.evaluate(AXE)
  await page.evaluate(STANDS)
  const found = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(${within === undefined ? 'document' : JSON.stringify(within)}, ${HOW}).then(({ violations }) => ({ violations }))`,
  )
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => {
      const named = nodes
        .slice(0, 3)
        .map(node => `${node.target.join(' ')} (${node.failureSummary.split('\n')[1]?.trim()})`)
      return `${id}: ${named.join('; ')}`
    })
}

/** The same in light and dark, as the page stands. */
export async function faultsInBothLooks(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-look=${colorScheme}]`).waitFor()
    found.push(...(await faultsOfAccess(page)).map(fault => `${colorScheme} ${fault}`))
  }
  return found
}

/** Pixels by which a page scrolls sideways: it should by none. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
