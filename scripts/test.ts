/**
 * `npm test [FILE…]`: types, lint, and all tests on one database server, started here or named by DATABASE_URL.
 * With `--server` DATABASE_URL must be given.
 */
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { Failure } from '../src/kernel/failure.ts'
import { type Database, openDatabase } from '../src/system/database.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { installChromium } from '../testkit/chromium.ts'
import { openTestServer } from '../testkit/server.ts'
import { buildWeb } from './build-web.ts'
import { checkStyle, checkTypes, checkWebTypes, report } from './checks.ts'

// Each file is a process of its own and loads most of the platform: from compiled code it takes a second of a processor less.
process.env.NODE_COMPILE_CACHE ??= join(PACKAGE_ROOT, 'node_modules/.cache/fzpay')
const words = process.argv.slice(2)
const named = words.filter(word => !word.startsWith('--')).map(word => resolve(process.env.INIT_CWD ?? '.', word))
const server = await openServer(words.includes('--server'))
try {
  const checks = named.length > 0 ? [] : await Promise.all([checkTypes(), checkWebTypes(), checkStyle()])
  for (const check of checks) report(check)
  const files = named.length > 0 ? named : globSync('{src,testkit,web}/**/*.test.ts', { cwd: PACKAGE_ROOT }).sort()
  if (files.some(file => file.endsWith('.web.test.ts'))) {
    installChromium(console.log)
    await buildWeb(console.log)
  }
  const counts = await browsersAgain(await runTests(files))
  const failed = counts.failed + checks.filter(check => !check.ok).length
  const passed = counts.passed + checks.filter(check => check.ok).length
  if (counts.passed + counts.failed === 0) console.log('没有运行任何测试 No test was run')
  console.log(`${passed} passed, ${failed} failed, ${counts.skipped} skipped`)
  process.exitCode = failed > 0 || counts.passed === 0 ? 1 : 0
} finally {
  await server.close()
}

async function openServer(givenOnly: boolean): Promise<Database> {
  if (givenOnly && !process.env.DATABASE_URL) {
    console.error('请用 DATABASE_URL 指定 PostgreSQL 服务器 Name a PostgreSQL server in DATABASE_URL')
    process.exit(2)
  }
  try {
    const opened = process.env.DATABASE_URL ? await openDatabase({ connections: 1 }) : await openTestServer()
    process.env.FZPAY_TEST_SERVER = opened.url
    return opened
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    console.error(`${error.zh}\n${error.en}`)
    process.exit(2)
  }
}

type Counts = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failedFiles: readonly string[]
}

/** A browser on a busy machine may be late: where nothing but tests in it failed, their files are run once more, by themselves, and that counts. */
async function browsersAgain(first: Counts): Promise<Counts> {
  const { failedFiles: files } = first
  if (files.length === 0 || files.some(file => !file.endsWith('.web.test.ts'))) return first
  console.log(`浏览器测试失败，单独再跑一次 Tests in the browser failed, once more by themselves: ${files.join(' ')}`)
  const second = await runTests(files)
  return { ...second, passed: first.passed + first.failed - second.failed, skipped: first.skipped }
}

/** Two files at a time: one waits for the database while the other computes. */
async function runTests(files: readonly string[]): Promise<Counts> {
  const stream = run({ files: [...files], cwd: PACKAGE_ROOT, concurrency: 2, timeout: 300_000 })
  let counts = { passed: 0, failed: 0, skipped: 0 }
  const failedFiles = new Set<string>()
  stream.on('test:summary', summary => {
    if (summary.file !== undefined && !summary.success) failedFiles.add(summary.file)
    if (summary.file === undefined)
      counts = {
        ...summary.counts,
        failed: summary.counts.tests - summary.counts.passed - summary.counts.skipped - summary.counts.todo,
      }
  })
  for await (const text of stream.compose(new spec())) process.stdout.write(text)
  return { ...counts, failedFiles: [...failedFiles] }
}
