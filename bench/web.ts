/**
 * `node bench/web.ts [--items 1000000] [--confirmations 60]`: the cashier's list in a real browser, on a platform of its own with the embedded database and so
 * many paid items of one day: bytes of the first load, from the address to a list that can be used, from a click on 确认 to the platform's answer on the
 * row, and the longest tasks while the list is scrolled through. Needs Chromium. Every twentieth item has a bill of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { chromium, type Page } from 'playwright-core'
import { buildWeb } from '../scripts/build-web.ts'
import { parseWords } from '../src/command_line.ts'
import { PARTS } from '../src/parts.ts'
import { startPlatform } from '../src/server.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { findChromium } from '../testkit/chromium.ts'
import { personOf } from '../testkit/people.ts'
import { TEST_MASTER } from '../testkit/vault.ts'
import { SEED_DAY, seedWorkbench } from '../testkit/workbench.ts'
import { confirmByButtons, scrollFor } from '../testkit/workbench_in_page.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['items', 'confirmations'], many: [] })
const items = Number(words.values.get('items')?.[0] ?? 1_000_000)
const confirmations = Number(words.values.get('confirmations')?.[0] ?? 60)
const OPENINGS = 10
const WARM_UP = 2

const executablePath = findChromium()
if (executablePath === null) throw new Error('没有 Chromium No Chromium: apt-get install chromium')
await buildWeb(console.log)
const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-web-'))
const database = { dataDir: join(folder, 'data') }
// A morning that goes on: the day is not to be closed meanwhile.
const began = performance.now()
const now = () => new Date(Date.parse(`${SEED_DAY}T10:00:00+08:00`) + performance.now() - began)
await seed()
const platform = await startPlatform({
  parts: PARTS,
  config: { name: 'bench', folder: '.', text: JSON.stringify({ server: { log_level: 'error' } }) },
  port: 0,
  database,
  master: TEST_MASTER,
  app: { now },
})
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
try {
  const password = 'granite-otter-lantern-42'
  await personOf(platform.app, 'chuna', 'cashier', {}, password)
  const context = await browser.newContext({
    baseURL: platform.url.replace('127.0.0.1', 'localhost'),
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  console.log(`first load: ${await firstLoad(page)} kB compressed (the door, before code-split parts)`)
  await page.locator('input[autocomplete=username]').fill('chuna')
  await page.locator('input[autocomplete=current-password]').fill(password)
  await page.locator('button[type=submit]').first().click()
  await page.locator('.item').first().waitFor()
  console.log(told('opened to usable', await openings(page)))
  console.log(told(`快速确认, ${confirmations} clicks`, await confirm(page, confirmations)))
  const { tasks, rows, frames } = await scroll(page)
  console.log(
    `scrolled over ${rows} rows: ${frames} frames, longest task ${tasks.length === 0 ? 'under 50' : Math.max(...tasks).toFixed(0)} ms, over 100 ms: ${tasks.filter(ms => ms > 100).length}`,
  )
} finally {
  await browser.close()
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Before the platform runs: it would settle the day by itself meanwhile. */
async function seed(): Promise<void> {
  const db = await openDatabase(database)
  try {
    await migrate(db.pool)
    await seedWorkbench({ db, now, log: pino({ level: 'silent' }) }, { items, bills: Math.ceil(items / 20) })
  } finally {
    await db.close()
  }
  console.log(`${items} items, one day of two accounts, settled; seeded in ${seconds(performance.now() - began)} s`)
}

/** What goes over the wire until the door stands, in kB. */
async function firstLoad(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await page.goto('/app/')
  await page.locator('input[autocomplete=username]').waitFor()
  await page.waitForLoadState('networkidle')
  await session.detach()
  return (bytes / 1000).toFixed(0)
}

/** From the address to a row with its button; the browser has the files, as on every day but the first. Milliseconds. */
async function openings(page: Page): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < OPENINGS + WARM_UP; i++) {
    await page.goto('about:blank')
    await page.goto('/app/items', { waitUntil: 'commit' })
    await page.locator('.item .item-act button').first().waitFor()
    took.push(await page.evaluate<number>('performance.now()'))
  }
  return took.slice(WARM_UP)
}

/** Each click waits for the answer of the one before. Milliseconds from the click until the row shows what the platform said. */
async function confirm(page: Page, count: number): Promise<number[]> {
  await page.goto('/app/items')
  await page.locator('.item .item-act button').first().waitFor()
  return page.evaluate<number[]>(confirmByButtons(count))
}

type Scrolled = { readonly tasks: readonly number[]; readonly rows: number; readonly frames: number }

/** A wheel turned without a rest for ten seconds: long tasks of the page (50 ms and more), as the browser counts them. */
async function scroll(page: Page): Promise<Scrolled> {
  await page.goto('/app/items')
  await page.locator('.item .item-act button').first().waitFor()
  return page.evaluate<Scrolled>(scrollFor(10_000))
}

function told(name: string, took: readonly number[]): string {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(0)
  return `${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
