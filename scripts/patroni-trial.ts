/**
 * `npm run patroni-trial [-- --postgres /usr/lib/postgresql/18/bin]`: deploy/replication for real, on loopback: etcd, three Patronis with the file that is deployed, and a platform over
 * them; then what docs/continuity.md has an operator do at night. Needs Debian's packages patroni, etcd-server and postgresql. Exit status 1 when something did not hold.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { PatroniTrial } from '../testkit/patroni/trial.ts'

const words = parseWords(process.argv.slice(2), { flags: ['keep'], single: ['postgres'], many: [] })
const folder = mkdtempSync(join(tmpdir(), 'fzpay-patroni-'))
chmodSync(folder, 0o755)
const trial = new PatroniTrial(folder, words.values.get('postgres')?.[0] ?? '/usr/lib/postgresql/18/bin', text =>
  console.log(text),
)
try {
  const held = await trial.play()
  process.exitCode = held ? 0 : 1
} finally {
  await trial.close()
  if (!words.flags.has('keep')) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
