import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PACKAGE_ROOT } from '../../src/system/paths.ts'

/** Classes by which selectors of a stylesheet begin: what it reaches without being asked. */
function reachOf(path: string): Set<string> {
  const text = readFileSync(join(PACKAGE_ROOT, path), 'utf8').replace(/\/\*.*?\*\//gs, '')
  const selectors = [...text.matchAll(/([^{}]+)\{/g)].flatMap(([, list = '']) => list.split(','))
  return new Set(selectors.flatMap(selector => /^\.([\w-]+)/.exec(selector.trim())?.[1] ?? []))
}

test('no two stylesheets speak of one class: a page’s stays once it was opened, and would reach another', () => {
  const sheets = globSync('web/src/**/*.css', { cwd: PACKAGE_ROOT }).map(path => ({ path, reach: reachOf(path) }))
  assert.ok(sheets.some(({ reach }) => reach.has('item-wrong')) && sheets.some(({ reach }) => reach.has('row-link')))
  const both = sheets.flatMap(({ path, reach }, index) =>
    sheets
      .slice(index + 1)
      .flatMap(other => [...reach].filter(name => other.reach.has(name)).map(name => `${path} .${name} ${other.path}`)),
  )
  assert.deepEqual(both, [])
})
