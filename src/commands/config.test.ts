import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { REFERENCE, referencePage } from '../../scripts/write-reference.ts'
import { ALIPAY } from '../../testkit/alipay_platform.ts'
import { UNIONPAY } from '../../testkit/unionpay_platform.ts'
import { API_KEY, WECHAT } from '../../testkit/wechat_platform.ts'
import { PARTS } from '../parts.ts'
import { configSections } from '../server.ts'
import { fieldsOf, undescribed } from '../system/config_reference.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { checkConfig } from './config.ts'

const EXAMPLE = readFileSync(join(PACKAGE_ROOT, 'deploy/fzpay.example.yaml'), 'utf8')
const SECTIONS = configSections(PARTS)

/** The files that the example names. */
const FILES: Readonly<Record<string, string>> = {
  'tls/pay.crt': 'PEM',
  'tls/pay.key': 'PEM',
  'secrets/master.key': '0123456789abcdef0123456789abcdef',
  'secrets/sms': 'secret',
  'secrets/mail': 'secret',
  'secrets/webhook': 'secret-of-the-webhook',
  'secrets/icbc-sftp': 'key',
  'channels/wechat.key': WECHAT.private_key,
  'channels/wechat.api-v3': API_KEY,
  'channels/wechat.pub': (WECHAT.platform_keys[0] as { public_key: string }).public_key,
  'channels/alipay.key': ALIPAY.private_key,
  'channels/alipay.pub': ALIPAY.alipay_public_key as string,
  'channels/unionpay.key': UNIONPAY.private_key,
  'channels/unionpay.crt': UNIONPAY.certificate,
  'channels/acp_prod_root.cer': UNIONPAY.root_certificate,
  'channels/acp_prod_middle.cer': UNIONPAY.middle_certificate,
}

function exampleFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), `${content}\n`)
  }
  return folder
}

test('the example is right, has every section, and names every field', t => {
  process.env.FZPAY_RECEIPT_KEY = 'f'.repeat(32)
  t.after(() => delete process.env.FZPAY_RECEIPT_KEY)
  const folder = exampleFolder(t)
  checkConfig({ name: 'fzpay.example.yaml', folder, text: EXAMPLE })
  for (const { name } of SECTIONS) assert.match(EXAMPLE, new RegExp(`^${name}:`, 'm'))
  const missing = fieldsOf(SECTIONS).filter(({ path }) => {
    const name = path
      .split('.')
      .at(-1)
      ?.replace(/\(.*|\[\]/, '')
    return name !== 'NAME' && !new RegExp(`\\b${name}(_file)?\\b`).test(EXAMPLE)
  })
  assert.deepEqual(missing, [])

  // What a schema cannot see is found, too, all of it, and without its value.
  writeFileSync(join(folder, 'channels/alipay.key'), 'no key at all')
  const text = EXAMPLE.replace(/^ {2}tls:\n(?: {4}.*\n)+/m, '')
  assert.throws(
    () => checkConfig({ name: 'fzpay.yaml', folder, text }),
    (error: Error & { code: string; en: string }) =>
      error.code === 'config_invalid' &&
      /server\.host is 0\.0\.0\.0.*; .*ali.*private_key/.test(error.en) &&
      !error.en.includes('no key at all'),
  )
})

test('the reference page is what the schemas say, and every field says what it is for', () => {
  assert.equal(readFileSync(REFERENCE, 'utf8'), referencePage(), 'run: npm run reference')
  assert.deepEqual(undescribed(SECTIONS), [])
})
