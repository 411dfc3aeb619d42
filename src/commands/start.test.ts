import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { closeTestServer, freshDatabase } from '../../testkit/server.ts'
import { TEST_MASTER_HEX } from '../../testkit/vault.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'

after(closeTestServer)

test('npm start: the sample day, then a bill paid over the real protocols, refunded in part, and in the records; and once more', async t => {
  const fresh = await freshDatabase('empty')
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-start-'))
  t.after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await fresh.drop()
  })
  const env = {
    ...process.env,
    DATABASE_URL: fresh.url,
    FZPAY_DATA: folder,
    FZPAY_CONFIG: '',
    FZPAY_MASTER_KEY: TEST_MASTER_HEX,
  }
  const run = () =>
    promisify(execFile)(
      process.execPath,
      [join(PACKAGE_ROOT, 'src/cli.ts'), 'start', '--once', '--port', '0', '--into', join(folder, 'out')],
      { env, maxBuffer: 1 << 24 },
    )
  for (const round of [1, 2]) {
    const { stdout, stderr } = await run()
    assert.match(stdout, /资金平衡（各币种），一分不差/)
    for (const said of [
      /开单 {4}缴费单 \w+，2026 年 11 月水费 128\.60 元/,
      /缴费人按户号查到 1 笔待缴/,
      /支付 {4}微信 Native 下单 \w{26}/,
      /微信通知已验签入账，进度推送：已提交 → 渠道已确认 → 已入账；渠道单号 42\d{26}/,
      /部分退款 28\.60 元已到账，渠道退款单号 503\d+/,
      /支付宝通知全部丢失，主动查询补回 56\.00 元/,
      /alipay +56\.00 +已退 +0\.00 +待对账/,
      /wechat +128\.60 +已退 +28\.60 +待对账/,
      /复核 {4}6800\.00 元退款须第二人复核，款项已冻结，[-\d]{10} 前有效/,
      /蔡财务同意，6800\.00 元已退，渠道退款单号 503\d+/,
      /短信 {4}5 条已送达/,
    ])
      assert.match(stdout, said, `round ${round}`)
    assert.doesNotMatch(stderr, /Error|错误/)
    assert.equal(readFileSync(join(folder, 'out/receipt.pdf')).subarray(0, 5).toString(), '%PDF-')
  }
})
