/** `npm run build`, and before `npm start`: the web app, unless what lies there was built from these very sources. */
import { hash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

const MARK = join(PACKAGE_ROOT, 'web/dist/.built')

/** Builds `web/dist` when it is older than its sources; true when it did. Throws what the bundler finds wrong. */
export async function buildWeb(say: (text: string) => void): Promise<boolean> {
  const sources = digestOfSources()
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === sources) return false
  say('正在构建网页（约半分钟，仅在更新后） Building the web pages (half a minute, after updates only)')
  const { build } = await import('vite')
  await build({ configFile: join(PACKAGE_ROOT, 'web/vite.config.ts'), logLevel: 'warn' })
  writeFileSync(MARK, sources)
  return true
}

/** Of everything that the pages are made of: their own files, the pure ones they share with the server, and the libraries' versions. */
function digestOfSources(): string {
  const files = globSync(['web/{src,public}/**/*.*', 'web/*.*', 'src/{kernel,rules}/*.ts', 'src/reports/words.ts', 'scripts/verify-log-proof.mjs', 'package-lock.json'], {
    cwd: PACKAGE_ROOT,
  })
    .filter(path => !path.endsWith('.test.ts'))
    .sort()
  return hash(
    'sha256',
    files.map(path => `${path} ${hash('sha256', readFileSync(join(PACKAGE_ROOT, path)))}`).join('\n'),
  )
}

if (import.meta.main) await buildWeb(console.log)
