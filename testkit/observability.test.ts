import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import '../src/server.ts'
import { PARTS } from '../src/parts.ts'
import { metrics, watchProcess } from '../src/system/metrics.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

const ALERTS = join(PACKAGE_ROOT, 'deploy/prometheus/alerts.yml')

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { runbook_url: string } }
const RULES: Rule[] = parse(readFileSync(ALERTS, 'utf8')).groups.flatMap((group: { rules: Rule[] }) => group.rules)

type Panel = { title: string; targets?: { expr: string }[] }
const PANELS: Panel[] = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'deploy/grafana/fzpay.json'), 'utf8')).panels

const ASKED = [
  ...RULES.map(({ alert, expr }) => ({ by: `alert ${alert}`, expr })),
  ...PANELS.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ by: `panel ${title}`, expr }))),
]

/** What Prometheus itself adds to what it scrapes, and to histograms. */
const ADDED = ['instance', 'job', 'le']

/** Names of all figures that the platform gives, with the labels of each: they are made when the parts are loaded. */
function given(): Map<string, readonly string[]> {
  assert.ok(PARTS.length > 0)
  watchProcess()
  return new Map(
    metrics.getMetricsAsArray().flatMap(metric => {
      const { name, type, labelNames = [] } = metric as unknown as { name: string; type: string; labelNames?: string[] }
      const names = type === 'histogram' ? ['_bucket', '_sum', '_count'].map(suffix => name + suffix) : [name]
      return names.map(each => [each, labelNames] as const)
    }),
  )
}

test('alerts and dashboard ask for figures and labels that there are', () => {
  const figures = given()
  assert.ok(ASKED.length > 60 && figures.size > 60)
  const wrong = ASKED.flatMap(({ by, expr }) => {
    const names = [...expr.matchAll(/\bfzpay_\w+/g)].map(([name]) => name)
    const known = [...ADDED, ...names.flatMap(name => figures.get(name) ?? [])]
    const labels = [
      ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/\s*,\s*/)),
      ...[...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label),
    ]
    return [
      ...names.filter(name => !figures.has(name)).map(name => `${by}: no figure ${name}`),
      ...labels.filter(label => !known.includes(label)).map(label => `${by}: no label ${label}`),
    ]
  })
  assert.deepEqual(wrong, [])
})

test('each alert leads to a chapter that says what to do', () => {
  const wrong = RULES.filter(({ annotations }) => {
    const [page = '', anchor = ''] = annotations.runbook_url.split('#')
    const path = join(PACKAGE_ROOT, page)
    return !existsSync(path) || !anchorsOf(readFileSync(path, 'utf8')).includes(anchor)
  }).map(({ alert, annotations }) => `${alert}: ${annotations.runbook_url}`)
  assert.deepEqual(wrong, [])
})

/** As GitHub names them. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

const promtool = spawnSync('promtool', ['--version']).status === 0

test('alerts fire on the right side of their thresholds', { skip: !promtool && 'promtool is not here' }, () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'alerts.test.yml'], {
    cwd: join(PACKAGE_ROOT, 'deploy/prometheus'),
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout + stderr)
})
