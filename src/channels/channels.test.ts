import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ALIPAY } from '../../testkit/alipay_platform.ts'
import { issue } from '../../testkit/certificates.ts'
import { ASK } from '../../testkit/channel_asks.ts'
import { UNIONPAY } from '../../testkit/unionpay_platform.ts'
import { API_KEY, NOW, noticeOf, transaction, WECHAT } from '../../testkit/wechat_platform.ts'
import { Failure } from '../kernel/failure.ts'
import { openChannels } from './channels.ts'

const open = (...accounts: readonly unknown[]) => openChannels(accounts, { now: () => NOW, folder: '.' })

/** The failure's account and field, and that neither language shows a value. */
function wrong(...accounts: readonly unknown[]): string {
  try {
    open(...accounts)
  } catch (error) {
    assert.ok(error instanceof Failure && error.code === 'channel_account_invalid', String(error))
    const said = JSON.stringify([error.zh, error.en, error.detail])
    for (const secret of ['BEGIN', API_KEY, 'MII', 'topsecret']) assert.ok(!said.includes(secret), said)
    return `${error.detail.account} ${error.detail.field}`
  }
  return 'nothing wrong'
}

test('the accounts of a configuration, each by its name and by what it offers', () => {
  const channels = open(WECHAT, ALIPAY, UNIONPAY)
  assert.deepEqual(
    channels.all.map(({ name, account, merchant }) => `${name} ${account} ${merchant}`),
    ['wechat wx 1900000109', 'alipay ali 2088102146225135', 'unionpay up 777290058110048'],
  )
  assert.equal(channels.account('ali').name, 'alipay')
  assert.equal(channels.offering('wechat', 'h5').account, 'wx')
  assert.deepEqual(channels.account('up').calendar, { zone: 'Asia/Shanghai', cutoff: '23:00' })
  assert.throws(() => channels.account('nobody'), { code: 'channel_account_unknown' })
  assert.throws(() => channels.offering('bank', 'transfer'), { code: 'method_unavailable' })
  const native = { ...WECHAT, account: 'wx2', methods: ['native'] }
  assert.equal(open(native, WECHAT).offering('wechat', 'h5').account, 'wx')
  assert.equal(open(native, WECHAT).offering('wechat', 'native').account, 'wx2')
})

test('what is wrong is named by account and field, never by value', () => {
  const { public_key } = WECHAT.platform_keys[0]
  const merchant = issue({ name: 'merchant', issuer: null })
  const table: readonly [expected: string, account: object][] = [
    ['wx mchid', { ...WECHAT, mchid: undefined }],
    ['wx mchid', { ...WECHAT, mchid: 'topsecret' }],
    ['wx mchid', { ...WECHAT, mchid: 1900000109 }],
    ['wx secret_key', { ...WECHAT, secret_key: 'topsecret' }],
    ['wx api_v3_key', { ...WECHAT, api_v3_key: 'topsecret' }],
    ['wx private_key', { ...WECHAT, private_key: 'topsecret.pem' }],
    ['wx private_key', { ...WECHAT, private_key: '-----BEGIN PRIVATE KEY-----\ntopsecret\n-----END PRIVATE KEY-----' }],
    ['wx private_key', { ...WECHAT, private_key: public_key }],
    ['wx platform_keys.0.public_key', { ...WECHAT, platform_keys: [{ id: 'PUB_KEY_ID_1', public_key: 'topsecret' }] }],
    ['wx platform_keys.0.certificate', { ...WECHAT, platform_keys: [{ certificate: public_key }] }],
    ['wx base_url', { ...WECHAT, base_url: 'http://api.mch.weixin.qq.com' }],
    ['wx base_url', { ...WECHAT, base_url: 'https://topsecret:x@api.mch.weixin.qq.com' }],
    ['wx base_url', { ...WECHAT, base_url: 'api.mch.weixin.qq.com' }],
    ['wx zone', { ...WECHAT, zone: 'Fuzhou' }],
    ['wx cutoff', { ...WECHAT, cutoff: '24:00' }],
    ['wx timeout_ms', { ...WECHAT, timeout_ms: 5 }],
    ['wx methods.0', { ...WECHAT, methods: ['app'] }],
    ['#1 account', { ...WECHAT, account: undefined }],
    ['WX account', { ...WECHAT, account: 'WX' }],
    ['wx channel', { ...WECHAT, channel: 'paypal' }],
    ['ali alipay_public_key', { ...ALIPAY, alipay_public_key: undefined }],
    ['ali app_certificate', { ...ALIPAY, alipay_public_key: undefined, alipay_certificate: merchant.pem }],
    ['ali alipay_public_key', { ...ALIPAY, app_certificate: merchant.pem }],
    ['ali seller_id', { ...ALIPAY, seller_id: '123' }],
    ['up certificate', { ...UNIONPAY, certificate: merchant.pem }],
    ['up mer_id', { ...UNIONPAY, mer_id: '1' }],
    ['up root_certificate', { ...UNIONPAY, root_certificate: 'nowhere.cer' }],
    ['up file_url', { ...UNIONPAY, file_url: 'ftp://filedownload.95516.com' }],
  ]
  for (const [expected, account] of table) assert.equal(wrong(account), expected, JSON.stringify(account).slice(0, 300))
  assert.equal(wrong(WECHAT, { ...ALIPAY, account: 'wx' }), 'wx account')
  assert.equal(wrong('topsecret'), '#1 channel')
  assert.throws(() => openChannels({ wechat: {} }, { now: () => NOW, folder: '.' }), {
    code: 'channel_account_invalid',
  })
})

test("the merchant's own certificate is not WeChat's", () => {
  const platform_keys = [{ certificate: UNIONPAY.certificate }]
  const wechat = { ...WECHAT, platform_keys }
  assert.equal(wrong(wechat), 'nothing wrong')
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  const certificate_serial = new X509Certificate(UNIONPAY.certificate).serialNumber
  assert.equal(wrong({ ...wechat, certificate_serial }), 'wx platform_keys')
})

test('weak keys are refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  assert.equal(wrong({ ...WECHAT, private_key }), 'wx private_key')
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  assert.equal(wrong({ ...WECHAT, private_key: curve }), 'wx private_key')
})

test('keys may stand in files beside the configuration, and be bare base64', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'key.pem'), `${WECHAT.private_key}\n`)
  writeFileSync(join(folder, 'v3.txt'), `${API_KEY}\n`)
  const bare = WECHAT.platform_keys[0].public_key.replace(/-----.*-----/g, '').replaceAll('\n', '')
  const account = {
    ...WECHAT,
    private_key: 'key.pem',
    api_v3_key: 'v3.txt',
    platform_keys: [{ id: WECHAT.platform_keys[0].id, public_key: bare }],
  }
  const channel = openChannels([account], { now: () => NOW, folder }).account('wx')
  assert.equal((await channel.readNotice(noticeOf(transaction()))).kind, 'payment')
})

test('an account that takes another currency sends nothing', async () => {
  const bank = {
    channel: 'bank',
    account: 'icbc',
    bank_name: '工商银行',
    account_name: '财政局',
    account_no: '1511',
    statements: { folder: '.', intraday: 'a', daily: 'b' },
  }
  const { all } = open(WECHAT, ALIPAY, UNIONPAY, bank)
  const methods = { wechat: 'native', alipay: 'page', unionpay: 'gateway', bank: 'transfer' } as const
  for (const channel of all) {
    const created = await channel.create({ ...ASK, method: methods[channel.name], currency: 'USD' })
    assert.deepEqual(created.state === 'failed' && created.code, 'currency_not_taken', channel.name)
  }
})
