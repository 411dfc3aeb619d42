/**
 * `npm run screenshots -- [--only phone,en,dark] [--into out/screenshots]`: pictures of every page, as each role of a running `npm start` sees it, in both languages,
 * three sizes and two looks. Says what throws, what its policy forbids, and what scrolls sideways. The log-ins are read from what `npm start` printed: `--log FILE`.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { parseWords } from '../src/command_line.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { installChromium } from '../testkit/chromium.ts'
import { SIZES, type Size } from '../testkit/web.ts'

/** Which pages show which role's work. */
const PAGES_OF: Readonly<Record<string, readonly string[]>> = {
  chuna: [
    'items',
    'items?state=discrepancy',
    'dashboard',
    'days',
    'statements',
    'statements/inspect',
    'discrepancies',
    'discrepancies/match',
    'anomaly-reports',
    'refunds',
    'me',
  ],
  caiwu: ['reviews', 'settlements', 'records', 'causes', 'rules', 'reports', 'orders', 'bill-batches'],
  kefu: ['appeals'],
  shenji: ['operation-log'],
  zhuguan: ['accounts', 'roles', 'merchants'],
  yunwei: ['system', 'alerts', 'notices', 'keys'],
  '-': ['', 'pay', 'pay/verify'],
}

const words = parseWords(process.argv.slice(2), { flags: [], single: ['log', 'only', 'into'], many: [] })
const one = (name: string, otherwise: string): string => words.values.get(name)?.[0] ?? otherwise
const said = readFileSync(one('log', '/dev/stdin'), 'utf8')
const only = one('only', '').split(',').filter(Boolean)
const folder = one('into', join(PACKAGE_ROOT, 'out/screenshots'))
const wanted = <T extends string>(all: readonly T[]): readonly T[] => {
  const some = all.filter(each => only.includes(each))
  return some.length > 0 ? some : all
}

const path = installChromium(console.error)
if (path === null) process.exit(1)
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
mkdirSync(folder, { recursive: true })
let faults = 0
for (const size of wanted(Object.keys(SIZES) as Size[]))
  for (const lang of wanted(['zh', 'en'] as const))
    for (const look of wanted(['light', 'dark'] as const)) await take(size, lang, look)
await browser.close()
console.log(`${faults} faults`)
process.exitCode = faults > 0 ? 1 : 0

async function take(size: Size, lang: 'zh' | 'en', look: 'light' | 'dark'): Promise<void> {
  for (const [login, paths] of Object.entries(PAGES_OF)) {
    const context = await browser.newContext({
      ...{
        viewport: SIZES[size],
        locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
        colorScheme: look,
        serviceWorkers: 'block',
      },
      ...{ isMobile: size === 'phone', hasTouch: size !== 'pc' },
    })
    await context.addInitScript(`localStorage.setItem('fzpay.lang', '${lang}')`)
    const page = await enter(context, login, `${size} ${lang} ${look}`)
    for (const each of paths)
      await shoot(
        page,
        each,
        `${login === '-' ? 'anybody' : login}-${each.replace(/\W+/g, '_') || 'door'}-${size}-${lang}-${look}`,
      )
    await context.close()
  }
}

async function enter(context: BrowserContext, login: string, what: string): Promise<Page> {
  const page = await context.newPage()
  const tell = (text: string): void => {
    faults++
    console.log(`${login} ${what} ${page.url()}: ${text}`)
  }
  page.on('pageerror', error => tell(String(error)))
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) tell(message.text())
  })
  const link = login === '-' ? /(http\S+\/app\/)#/ : new RegExp(`(http\\S+/app/#login=${login}&password=\\S+)`)
  const [, address] = link.exec(said) ?? []
  if (address === undefined) throw new Error(`npm start printed no link for ${login}`)
  await page.goto(address)
  if (login === '-') return page
  await page.locator('button[type=submit]').first().click()
  await page.locator('#content').waitFor()
  return page
}

async function shoot(page: Page, path: string, name: string): Promise<void> {
  const [, base = ''] = /^(.*\/app\/)/.exec(page.url()) ?? []
  await page.goto(base + path)
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => {})
  await page
    .locator('[aria-busy=true]')
    .first()
    .waitFor({ state: 'detached', timeout: 5_000 })
    .catch(() => {})
  if (await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth + 1')) {
    faults++
    console.log(`${name} scrolls sideways`)
  }
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
