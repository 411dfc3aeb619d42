import { strict as assert } from 'node:assert'
import { createHash, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { AlipaySdk } from 'alipay-sdk'
import { Aes, Rsa, Wechatpay } from 'wechatpay-axios-plugin'
import { merchantDesk, takenNotice, testSandbox } from '../../../testkit/sandbox.ts'

/** The published clients of the channels work against the sandbox as they are, and their own verifiers accept what it sends. */

test('wechatpay-axios-plugin: order, query, payment, notice, refund, bill', async t => {
  const desk = await merchantDesk(t, { status: 204, body: '' })
  const sandbox = await testSandbox(t, { speed: 100 })
  const account = sandbox.accounts[0]
  assert(account?.channel === 'wechat')
  const certificate =
    account.platform_keys.map(key => ('certificate' in key ? key.certificate : '')).find(Boolean) ?? ''
  const serial = Rsa.from(certificate, Rsa.KEY_TYPE_PUBLIC) && serialOf(certificate)
  const wxpay = new Wechatpay({
    mchid: account.mchid,
    serial: account.certificate_serial,
    privateKey: account.private_key,
    certs: { [serial]: certificate },
  })
  wxpay.client.v3.defaults.baseURL = sandbox.url
  const prepaid = await answered(
    wxpay.chain('v3/pay/transactions/native').post({
      ...{ appid: account.appid, mchid: account.mchid, description: '水费', out_trade_no: 'WX000001', attach: 'O1' },
      ...{ notify_url: desk.url, amount: { total: 12_345, currency: 'CNY' } },
    }),
  )
  assert.match(String(prepaid.code_url), /\/cashier\/wx/)
  const query = async () =>
    (await wxpay.chain('v3/pay/transactions/out-trade-no/WX000001').get({ params: { mchid: account.mchid } })).data
  assert.equal((await query()).trade_state, 'NOTPAY')
  await sandbox.pay('WX000001')
  const paid = await query()
  assert.deepEqual([paid.trade_state, paid.amount.total, paid.attach], ['SUCCESS', 12_345, 'O1'])

  const notice = await takenNotice(desk)
  const header = (name: string) => String(notice.headers[`wechatpay-${name}`])
  const message = `${header('timestamp')}\n${header('nonce')}\n${notice.body}\n`
  assert.equal(header('serial'), serial)
  assert.ok(Rsa.verify(message, header('signature'), certificate))
  const { resource } = JSON.parse(notice.body)
  const told = JSON.parse(
    Aes.AesGcm.decrypt(resource.ciphertext, account.api_v3_key, resource.nonce, resource.associated_data),
  )
  assert.deepEqual([told.out_trade_no, told.transaction_id], ['WX000001', paid.transaction_id])

  const refund = await answered(
    wxpay.chain('v3/refund/domestic/refunds').post({
      ...{ out_trade_no: 'WX000001', out_refund_no: 'WXR00001', notify_url: desk.url },
      amount: { refund: 2_345, total: 12_345, currency: 'CNY' },
    }),
  )
  assert.equal(refund.status, 'PROCESSING')
  const refunded = JSON.parse((await takenNotice(desk)).body)
  assert.equal(refunded.event_type, 'REFUND.SUCCESS')
  assert.equal((await wxpay.chain('v3/refund/domestic/refunds/WXR00001').get()).data.status, 'SUCCESS')

  await sandbox.publish('wechat', sandbox.today)
  const { data: bill } = await wxpay.chain('v3/bill/tradebill').get({
    params: { bill_date: sandbox.today, bill_type: 'ALL', tar_type: 'GZIP' },
  })
  const { data: packed } = await wxpay.client.v3.get(bill.download_url, {
    responseType: 'arraybuffer',
    transformResponse: [(data: Buffer) => data],
  })
  const content = gunzipSync(packed)
  assert.equal(createHash('sha1').update(content).digest('hex'), bill.hash_value)
  assert.match(content.toString(), /`WX000001,/)

  const refusal = await wxpay
    .chain('v3/pay/transactions/out-trade-no/WX999999')
    .get({ params: { mchid: account.mchid } })
    .catch(error => error.response)
  assert.deepEqual([refusal.status, refusal.data.code], [404, 'ORDER_NOT_EXIST'])
  const { data: keys } = await wxpay.chain('v3/certificates').get()
  const sealed = keys.data[0].encrypt_certificate
  const opened = Aes.AesGcm.decrypt(sealed.ciphertext, account.api_v3_key, sealed.nonce, sealed.associated_data)
  assert.equal(opened, certificate)
})

test('alipay-sdk: order, query, payment, notice, refund, bill', async t => {
  const desk = await merchantDesk(t, { status: 200, body: 'success' })
  const sandbox = await testSandbox(t)
  const account = sandbox.accounts[1]
  assert(account?.channel === 'alipay')
  const sdk = new AlipaySdk({
    appId: account.app_id,
    privateKey: account.private_key.trim(),
    keyType: 'PKCS8',
    alipayPublicKey: (account.alipay_public_key ?? '').trim(),
    gateway: account.base_url,
  })
  const exec = (method: string, bizContent: object, more: object = {}) =>
    sdk.exec(method, { bizContent, ...more }, { validateSign: true })
  const order = { outTradeNo: 'ALI00001', totalAmount: '123.45', subject: '燃气费' }
  const made = await exec('alipay.trade.precreate', order, { notifyUrl: desk.url })
  assert.match(String(made.qrCode), /\/cashier\//)
  const query = () => exec('alipay.trade.query', { outTradeNo: 'ALI00001' })
  assert.equal((await query()).subCode, 'ACQ.TRADE_NOT_EXIST', 'a code nobody scanned is no trade')
  assert.equal((await fetch(String(made.qrCode))).status, 200)
  assert.equal((await query()).tradeStatus, 'WAIT_BUYER_PAY')
  await sandbox.pay('ALI00001')
  assert.equal((await query()).tradeStatus, 'TRADE_SUCCESS')
  assert.equal((await exec('alipay.trade.precreate', order)).subCode, 'ACQ.TRADE_HAS_SUCCESS')
  const notice = Object.fromEntries(new URLSearchParams((await takenNotice(desk)).body))
  assert.ok(sdk.checkNotifySignV2(notice))
  assert.deepEqual([notice.trade_status, notice.total_amount], ['TRADE_SUCCESS', '123.45'])

  const refund = { outTradeNo: 'ALI00001', refundAmount: '23.45', outRequestNo: 'ALIR0001' }
  assert.equal((await exec('alipay.trade.refund', refund)).fundChange, 'Y')
  assert.equal((await exec('alipay.trade.refund', refund)).fundChange, 'N')
  const over = { ...refund, refundAmount: '100.01', outRequestNo: 'ALIR0002' }
  assert.equal((await exec('alipay.trade.refund', over)).subCode, 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL')
  const back = Object.fromEntries(new URLSearchParams((await takenNotice(desk)).body))
  assert.ok(sdk.checkNotifySignV2(back))
  assert.deepEqual([back.out_biz_no, back.refund_fee], ['ALIR0001', '23.45'])

  await sandbox.publish('alipay', sandbox.today)
  const bill = await exec('alipay.data.dataservice.bill.downloadurl.query', {
    billType: 'trade',
    billDate: sandbox.today,
  })
  const file = Buffer.from(await (await fetch(String(bill.billDownloadUrl))).arrayBuffer())
  assert.equal(file.toString('latin1', 0, 2), 'PK')
})

/** The client's types say that an answer is what was sent. */
const answered = async (answer: Promise<{ data: unknown }>): Promise<Record<string, unknown>> =>
  (await answer).data as Record<string, unknown>

const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber.toUpperCase()
