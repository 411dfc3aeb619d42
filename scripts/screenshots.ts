/**
 * `npm run screenshots -- --log FILE [--only phone,en,dark] [--scenes items,days] [--into out/screenshots]`: pictures of every page and of the states that pages come to, as each
 * role of a running `npm start` sees them, in both languages, three sizes and two looks. Says what throws, what its policy forbids, and what scrolls sideways. The log-ins, and the
 * codes of payers, are read from what `npm start` printed: FILE. `--scenes` takes those only whose names begin so.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { parseWords } from '../src/command_line.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { installChromium } from '../testkit/chromium.ts'
import { SIZES, type Size } from '../testkit/web.ts'
import { SCENES, type Scene, settled, visit } from './screenshot_scenes.ts'

/** Of a page that is longer than the screen, so many screens are taken. */
const SCREENS = 2.5

const words = parseWords(process.argv.slice(2), { flags: [], single: ['log', 'only', 'scenes', 'into'], many: [] })
const one = (name: string, otherwise: string): string => words.values.get(name)?.[0] ?? otherwise
const log = one('log', '/dev/stdin')
const said = readFileSync(log, 'utf8')
const only = one('only', '').split(',').filter(Boolean)
const named = one('scenes', '').split(',').filter(Boolean)
const folder = one('into', join(PACKAGE_ROOT, 'out/screenshots'))
const wanted = <T extends string>(all: readonly T[]): readonly T[] => {
  const some = all.filter(each => only.includes(each))
  return some.length > 0 ? some : all
}
const scenes = SCENES.filter(({ name }) => named.length === 0 || named.some(each => name.startsWith(each)))

const LOCALES = { zh: 'zh-CN', en: 'en-GB' } as const
type Device = { readonly size: Size; readonly lang: 'zh' | 'en'; readonly look: 'light' | 'dark' }
const path = installChromium(console.error)
if (path === null) process.exit(1)
mkdirSync(folder, { recursive: true })
let faults = 0
const tell = (text: string): void => {
  faults++
  console.log(text)
}
/** One session for each person: many would be warned of. */
const sessions = new Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>()
for (const lang of wanted(['zh', 'en'] as const)) {
  // Fields of dates are the browser's own, and speak its language.
  const browser = await chromium.launch({
    ...{ executablePath: path, args: ['--no-sandbox', `--lang=${LOCALES[lang]}`] },
    env: { ...process.env, LANGUAGE: LOCALES[lang].replace('-', '_') },
  })
  for (const size of wanted(Object.keys(SIZES) as Size[]))
    for (const look of wanted(['light', 'dark'] as const)) await take(browser, { size, lang, look })
  await browser.close()
}
console.log(`${faults} faults`)
process.exitCode = faults > 0 ? 1 : 0

async function take(browser: Browser, device: Device): Promise<void> {
  for (const [login, theirs] of Map.groupBy(scenes, scene => scene.login)) {
    const { size, lang, look } = device
    const session = sessions.get(login)
    const context = await browser.newContext({
      ...{ viewport: SIZES[size], isMobile: size === 'phone', hasTouch: size !== 'pc' },
      ...{ locale: LOCALES[lang], colorScheme: look, serviceWorkers: 'block' },
      ...(session ? { storageState: session } : {}),
    })
    context.setDefaultTimeout(15_000)
    await context.addInitScript(`localStorage.setItem('fzpay.lang', '${lang}')`)
    const page = await enter(context, login)
    if (login !== '-') sessions.set(login, await context.storageState())
    for (const scene of theirs) await shoot(page, scene, device)
    await context.close()
  }
}

function linkOf(login: string): string {
  const link =
    login === '-'
      ? /(http\S+\/app\/)#/
      : login === 'payer'
        ? /(http\S+\/app\/#phone=\S+)/
        : new RegExp(`(http\\S+/app/#login=${login}&password=\\S+)`)
  const [, address] = link.exec(said) ?? []
  if (address === undefined) throw new Error(`npm start printed no link for ${login}`)
  return address
}

async function enter(context: BrowserContext, login: string): Promise<Page> {
  const page = await context.newPage()
  page.on('pageerror', error => tell(`${login} ${page.url()}: ${error}`))
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      tell(`${login} ${page.url()}: ${message.text()}`)
  })
  await page.goto(linkOf(login))
  if (login === '-' || sessions.has(login)) return page
  if (login === 'payer') await enterByCode(page)
  else await page.locator('button[type=submit]').first().click()
  await page.locator('#content').waitFor()
  return page
}

/** The code comes to the screen of `npm start`, and so into its log. */
async function enterByCode(page: Page): Promise<void> {
  const codes = (): readonly string[] =>
    [...readFileSync(log, 'utf8').matchAll(/(?:登录验证码|log-in code) (\d{6})/g)].map(found => found[1] as string)
  const before = codes().length
  await page.locator('.payer-door button').first().click()
  for (let turns = 0; turns < 50 && codes().length === before; turns++) await page.waitForTimeout(100)
  await page.locator('#code').fill(codes().at(-1) ?? '')
  await page.locator('.payer-door button[type=submit]').click()
}

async function shoot(page: Page, scene: Scene, { size, lang, look }: Device): Promise<void> {
  const name = `${scene.login === '-' ? 'anybody' : scene.login}-${scene.name}-${size}-${lang}-${look}`
  try {
    await visit(page, scene.path)
    await settled(page)
    await scene.act?.(page)
    // What fades in has come.
    await page.waitForTimeout(scene.act ? 400 : 100)
    const [wide, high] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth - document.documentElement.clientWidth, document.documentElement.scrollHeight]',
    )
    if (wide > 1) tell(`${name} scrolls sideways by ${wide}`)
    const { width, height } = SIZES[size]
    const clip = { x: 0, y: 0, width, height: Math.min(high, Math.round(height * SCREENS)) }
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, clip })
    await scene.undo?.(page)
  } catch (error) {
    tell(`${name}: ${String(error).split('\n')[0]}`)
  }
}
