/** `npm run hot-statements`: writes src/distribution/hot_statements.json from what the operations of the hot path send. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { hotStatements } from '../testkit/hot_statements.ts'

const ends: (() => unknown)[] = []
try {
  const found = await hotStatements({ after: end => void ends.push(end as () => unknown) })
  const content = Object.fromEntries(found.map(({ name, ...statement }) => [name, statement]))
  writeFileSync(join(PACKAGE_ROOT, 'src/distribution/hot_statements.json'), `${JSON.stringify(content, null, 2)}\n`)
  console.log(`src/distribution/hot_statements.json: ${found.length} statements`)
} finally {
  for (const end of ends) await end()
}
