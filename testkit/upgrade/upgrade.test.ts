import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readMigrations } from '../../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../../src/system/paths.ts'
import { closeTestServer, freshDatabase } from '../server.ts'
import { tryUpgrade } from './upgrade.ts'

after(closeTestServer)

/** This package as its next version would be: with one more migration. A link would lead Node back to the files of this one. */
function nextVersion(folder: string, sql: string): { root: string; name: string } {
  const root = join(folder, 'next')
  mkdirSync(root)
  for (const part of ['src', 'sql', 'package.json'])
    cpSync(join(PACKAGE_ROOT, part), join(root, part), { recursive: true })
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(root, 'node_modules'))
  const name = `${String(readMigrations().length + 1).padStart(4, '0')}_next.sql`
  writeFileSync(join(root, 'sql', name), sql)
  return { root, name }
}

test('two versions work on one database while one replaces the other: every payment is booked once, and nobody is refused', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-upgrade-'))
  const fresh = await freshDatabase()
  t.after(async () => {
    await fresh.drop()
    rmSync(folder, { recursive: true })
  })
  const next = nextVersion(
    folder,
    `alter table orders add column next_word text not null default '';
     create table next_things (id integer primary key);`,
  )
  const report = await tryUpgrade({ from: PACKAGE_ROOT, to: next.root, url: fresh.url, folder, seconds: 1 })
  assert.deepEqual(report.migrated, [next.name])
  assert.deepEqual(report.refused, [])
  assert.equal(report.oldReady, 200, 'what a newer version adds is no reason to take the older one out')
  assert.deepEqual(report.oldEnded, [0, null])
  assert.ok(report.taken.old > 0 && report.taken.new > 0, JSON.stringify(report.taken))
  assert.ok(report.paid > 5)
  assert.equal(report.booked, report.paid)
})
