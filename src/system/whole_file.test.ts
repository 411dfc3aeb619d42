import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { wholeFile } from './whole_file.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fzpay-whole-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('the name shows the old content until the new one is complete', async t => {
  const path = join(folder(t), 'out.json')
  writeFileSync(path, 'old')
  const file = wholeFile(path)
  writeFileSync(file.draft, 'new')
  assert.equal(readFileSync(path, 'utf8'), 'old')
  await file.finish()
  assert.equal(readFileSync(path, 'utf8'), 'new')
})

test('what is given up leaves nothing', async t => {
  const home = folder(t)
  const file = wholeFile(join(home, 'out.json'))
  writeFileSync(file.draft, 'half')
  await file.abandon()
  assert.deepEqual(readdirSync(home), [])
})

test('a link stays a link, and what it points to is replaced', async t => {
  const home = folder(t)
  writeFileSync(join(home, 'real'), 'old')
  symlinkSync(join(home, 'real'), join(home, 'link'))
  const file = wholeFile(join(home, 'link'))
  writeFileSync(file.draft, 'new')
  await file.finish()
  assert.equal(readFileSync(join(home, 'real'), 'utf8'), 'new')
})

test('a pipe or device is written to and never replaced', async t => {
  // Once `--out /dev/null`, as root, left a regular file in the place of /dev/null.
  const pipe = join(folder(t), 'pipe')
  execFileSync('mkfifo', [pipe])
  const file = wholeFile(pipe)
  assert.equal(file.draft, pipe)
  await file.finish()
  await file.abandon()
  assert.ok(statSync(pipe).isFIFO())
})
