/** `npm run check`: types, lint, format and the import rule, without a database. `npm run format`: mends what can be mended. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { checkStyle, checkTypes, checkWebTypes, mendStyle, report } from './checks.ts'

const words = process.argv.slice(2)
if (words[0] === '--format') {
  const mended = await mendStyle(words.slice(1))
  console.log(mended.output)
  process.exit(mended.ok ? 0 : 1)
}
const checks = await Promise.all([checkTypes(), checkWebTypes(), checkStyle()])
for (const check of checks) report(check)
const tidy = spawnSync(process.execPath, ['--test', join(PACKAGE_ROOT, 'testkit/tidy.test.ts')], { stdio: 'inherit' })
process.exit(checks.every(check => check.ok) && tidy.status === 0 ? 0 : 1)
