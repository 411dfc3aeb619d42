/** `npm run build`, and before `npm start`: the web app, unless what lies there was built from these very sources. */
import { hash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

const MARK = join(PACKAGE_ROOT, 'web/dist/.built.json')

/** `shared`: the server's own pure files that the last build took in; `sources`: the digest of these and all others. */
type Mark = { readonly shared: readonly string[]; readonly sources: string }

/** Builds `web/dist` when it is older than its sources; true when it did. Throws what the bundler finds wrong. */
export async function buildWeb(say: (text: string) => void): Promise<boolean> {
  const mark: Mark | null = existsSync(MARK) ? JSON.parse(readFileSync(MARK, 'utf8')) : null
  if (mark && digestOf(mark.shared) === mark.sources) return false
  say('正在构建网页（约半分钟，仅在更新后） Building the web pages (half a minute, after updates only)')
  const { build } = await import('vite')
  const built = await build({ configFile: join(PACKAGE_ROOT, 'web/vite.config.ts'), logLevel: 'warn' })
  const shared = sharedIn([built].flat().flatMap(each => ('output' in each ? each.output : [])))
  writeFileSync(MARK, JSON.stringify({ shared, sources: digestOf(shared) } satisfies Mark))
  return true
}

type Output = { readonly type: string; readonly moduleIds?: readonly string[] }

const sharedIn = (output: readonly Output[]): string[] =>
  output
    .flatMap(({ moduleIds = [] }) => moduleIds)
    .map(id => relative(PACKAGE_ROOT, id))
    .filter(path => path.startsWith('src/'))
    .sort()

/** Of everything that the pages are made of: their own files, those they share with the server, and the libraries' versions. */
function digestOf(shared: readonly string[]): string {
  const own = globSync(['web/{src,public}/**/*.*', 'web/*.*', 'package-lock.json'], { cwd: PACKAGE_ROOT })
  const files = [...own.filter(path => !path.endsWith('.test.ts')).sort(), ...shared]
  const digests = files
    .map(path => join(PACKAGE_ROOT, path))
    .map(path => (existsSync(path) ? digestOfFile(path) : 'gone'))
  return hash('sha256', files.map((path, i) => `${path} ${digests[i]}`).join('\n'))
}

const digestOfFile = (path: string): string => hash('sha256', readFileSync(path))

if (import.meta.main) await buildWeb(console.log)
