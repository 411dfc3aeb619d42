import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { findConfig, readConfig, type Section } from './config.ts'

const SECTIONS: readonly Section[] = [
  {
    name: 'server',
    schema: Type.Object({ port: Type.Integer({ default: 8080 }) }, { additionalProperties: false, default: {} }),
  },
  {
    name: 'wechat',
    schema: Type.Object(
      { mchid: Type.String({ pattern: '^\\d+$' }), api_key: Type.String({ minLength: 4 }) },
      { additionalProperties: false },
    ),
  },
]

const read = (text: string, env: Record<string, string> = {}, folder = '.'): unknown =>
  readConfig({ name: 'fzpay.yaml', folder, text }, SECTIONS, env)

const mistakesOf = (
  text: string,
  env: Record<string, string> = {},
): { path: string; found: string; expected_en: string }[] => {
  try {
    read(text, env)
  } catch (error) {
    const failure = error as { code: string; detail: { mistakes: [] } }
    assert.equal(failure.code, 'config_invalid')
    return failure.detail.mistakes
  }
  return assert.fail('nothing was wrong with it')
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fzpay-config-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('without a file everything has its default, and a section without one is absent', () => {
  assert.deepEqual(readConfig(null, SECTIONS, {}), { server: { port: 8080 } })
  assert.deepEqual(read(''), { server: { port: 8080 } })
})

test('secrets come from the environment or from files beside the configuration', t => {
  const home = folder(t)
  writeFileSync(join(home, 'key.txt'), 'from the file\n')
  const wechat = (line: string) =>
    (read(`wechat:\n  mchid: "1900000001"\n  ${line}`, { KEY: 'from env' }, home) as { wechat: object }).wechat
  assert.deepEqual(wechat(`api_key: \${KEY}`), { mchid: '1900000001', api_key: 'from env' })
  assert.deepEqual(wechat('api_key_file: key.txt'), { mchid: '1900000001', api_key: 'from the file' })
})

test('every mistake is told with its path, what was found and what is expected', () => {
  const mistakes = mistakesOf(
    'server: { port: eighty, hots: x }\nwechat: { mchid: abc, api_key: longenough }\nalipay: {}\n',
  )
  assert.deepEqual(mistakes.map(({ path, found, expected_en }) => `${path} | ${found} | ${expected_en}`).sort(), [
    'alipay | {} | no such field',
    'server.hots | "x" | no such field',
    'server.port | "eighty" | integer',
    'wechat.mchid | "abc" | text that fits ^\\d+$',
  ])
})

test('a missing variable or file is a mistake of its place', () => {
  assert.deepEqual(
    mistakesOf(`wechat: { mchid: "\${ID}", api_key_file: /nowhere/key }`).map(({ path, expected_en }) => [
      path,
      expected_en,
    ]),
    [
      ['wechat.mchid', 'the environment variable ID'],
      ['wechat.api_key_file', 'a file that can be read'],
    ],
  )
})

test('a secret that does not fit is not shown', () => {
  const [mistake] = mistakesOf('wechat: { mchid: "1", api_key: abc }')
  assert.deepEqual([mistake?.path, mistake?.found], ['wechat.api_key', '***'])
})

test('what is no YAML is refused with line and column', () => {
  assert.throws(
    () => read('server:\n  port: [1,\n'),
    (failure: Error & { code: string }) => {
      assert.equal(failure.code, 'config_unreadable')
      assert.match(failure.message, /^fzpay\.yaml:\d+:\d+ is not valid YAML: /)
      return true
    },
  )
})

test('FZPAY_CONFIG names the file; ./fzpay.yaml is taken where it is; none is fine', t => {
  const home = folder(t)
  assert.equal(findConfig({}, home), null)
  assert.throws(() => findConfig({ FZPAY_CONFIG: 'other.yaml' }, home), { code: 'config_unreadable' })
  writeFileSync(join(home, 'fzpay.yaml'), 'server: {}\n')
  assert.equal(findConfig({}, home)?.text, 'server: {}\n')
})
