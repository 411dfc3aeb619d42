/** `npm run upgrade-trial -- [COMMIT] [--seconds 10]`: the version of COMMIT (the newest one that had other migrations) is replaced by this one, under traffic, on one database. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { closeTestServer, freshDatabase } from '../testkit/server.ts'
import { tryUpgrade } from '../testkit/upgrade/upgrade.ts'

const git = (...words: string[]): string => execFileSync('git', words, { cwd: PACKAGE_ROOT, encoding: 'utf8' }).trim()

const words = parseWords(process.argv.slice(2), { flags: [], single: ['seconds'], many: [] })
const commit =
  words.operands[0] ?? git('rev-list', '--max-count=1', `${git('rev-list', '--max-count=1', 'HEAD', '--', 'sql')}^`)
const folder = mkdtempSync(join(tmpdir(), 'fzpay-upgrade-'))
const from = join(folder, 'before')
const fresh = await freshDatabase('empty')
try {
  git('worktree', 'add', '--detach', from, commit)
  // The same libraries: an upgrade of them is not what is tried here.
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(from, 'node_modules'))
  console.log(git('log', '-1', '--format=from %h %s', commit))
  const seconds = Number(words.values.get('seconds')?.[0] ?? 10)
  const report = await tryUpgrade({ from, to: PACKAGE_ROOT, url: fresh.url, folder, seconds })
  console.log(JSON.stringify(report, null, 2))
  if (report.booked !== report.paid || report.refused.length > 0) process.exitCode = 1
} finally {
  git('worktree', 'remove', '--force', from)
  await fresh.drop()
  await closeTestServer()
  rmSync(folder, { recursive: true, force: true })
}
