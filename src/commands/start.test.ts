import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { closeTestServer, freshDatabase } from '../../testkit/server.ts'
import { TEST_MASTER_HEX } from '../../testkit/vault.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'

after(closeTestServer)

test('npm start: the sample day, a bill paid over the real protocols, and a whole reconciliation day to its close; a second start goes on from there', async t => {
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
  const words = [join(PACKAGE_ROOT, 'src/cli.ts'), 'start', '--once', '--port', '0', '--into', join(folder, 'out')]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { env, maxBuffer: 1 << 24 })
  assert.match(stdout, /资金平衡（各币种），一分不差/)
  for (const said of [...PAYING, ...THE_DAY]) assert.match(stdout, said)
  assert.doesNotMatch(stderr, /Error|错误/)
  const day = / {2}关账 {4}([-\d]{10}) /.exec(stdout)?.[1] ?? ''
  const closed = stdout.slice(stdout.indexOf('  关账    '))
  assert.equal(closed.match(/^ +(微信|支付宝|银联|银行) +已关账 .* 0 {2}✓$/gm)?.length, 4, closed)
  assert.doesNotMatch(stdout, /✗/, 'a proof that does not hold')
  for (const [file, begins] of [
    ['receipt.pdf', '%PDF-'],
    [`daily-${day}.xlsx`, 'PK'],
    [`daily-${day}.pdf`, '%PDF-'],
    [`anomalies-${day}.xlsx`, 'PK'],
    [`operation-log-root-${day}.json`, '{'],
  ] as const)
    assert.equal(
      readFileSync(join(folder, 'out', file))
        .subarray(0, begins.length)
        .toString(),
      begins,
      file,
    )

  // Its day would be played as the first one was: it is broken off.
  const again = await brokenOff([...words, '--lang', 'zh'], env, said => said.includes('  ── '))
  for (const said of PAYING) assert.match(again, said, 'the second start')
  assert.match(again, /缴费记录（最近 5 笔）/, 'those of the first one are among them')
  const timeIn = (text: string) =>
    text
      .match(/演示时间(?:现为)? ([-\d]{10} \d\d:\d\d)/g)
      ?.at(-1)
      ?.slice(-16) ?? ''
  assert.ok(timeIn(again) >= timeIn(stdout) && timeIn(stdout) > day, 'the clock goes forward only')
})

test('Ctrl-C in the middle of the sample day, with the embedded database: one line, and nothing is left running', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-start-'))
  // Root's server runs as somebody else.
  chmodSync(folder, 0o755)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { DATABASE_URL: _, ...inherited } = process.env
  const env = { ...inherited, FZPAY_DATA: folder, FZPAY_CONFIG: '', FZPAY_MASTER_KEY: TEST_MASTER_HEX }
  const words = [
    join(PACKAGE_ROOT, 'src/cli.ts'),
    'start',
    '--port',
    '0',
    '--into',
    join(folder, 'out'),
    '--lang',
    'en',
  ]
  const running = () => existsSync(join(folder, 'postgres/postmaster.pid'))
  assert.equal(await brokenOff(words, env, () => running()), 'Stopping …\n')
  // Whoever leaves last stops the server, after the process if need be.
  for (let waited = 0; running() && waited < LONGEST_MS; waited += 100) await sleep(100)
  assert.equal(running(), false, 'the embedded database runs on')
})

/** Two seconds on a machine that has nothing else to do. */
const LONGEST_MS = 20_000

/** Starts it, and asks it to stop once `when` holds; gives what it said until it ended of itself, with status 0. */
async function brokenOff(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  when: (said: string) => boolean,
): Promise<string> {
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', piece => (said += piece))
  while (!when(said)) await sleep(20)
  child.kill('SIGINT')
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  assert.deepEqual(await ended, [0, null])
  clearTimeout(late)
  assert.match(said, /(?:^|\n)(?:正在停止……|Stopping …)\n$/)
  return said
}

/** What is told of a bill's life, in each start. */
const PAYING = [
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
]

/** Each step of the story, by what it must have said. */
const THE_DAY = [
  /演示时间 [-\d]{10} \d\d:\d\d/,
  / {2}── [-\d]{10} 21:30 ─/,
  /1 笔微信的通知与查询全部失败/,
  / {2}── [-\d]{10} 09:20 ─/,
  / {2}账单 {4}5 份自动到齐：/,
  / 支付宝 +待关账 +264\.80 +238\.80 +0 +2 {2}✓\n/,
  / {2}待对账 {2}\d+ 笔（出纳工作列表）/,
  /快速确认 \w{26}：已对账，用时 \d+ ms/,
  /异常项被拒：\w{26} 有异常，须说明理由才能确认：号码一致，平台记 120\.00，渠道记 102\.00/,
  /异常交易专项报告 \d+ 号/,
  / {2}差错 {4}4 件未结/,
  / {2}补单 {4}差错 \d+：向微信主动查询，补记 64\.20 元/,
  / {2}认可 {4}差错 \d+：.*差额 -18\.00 元须复核，蔡财务同意后结案/,
  / {2}重发 {4}支付宝重发账单，1 行有变化：80\.80 → 88\.80 元/,
  / {2}退款 {4}已对账缴费不能直接退：/,
  /蔡财务复核同意：5\.00 元已退，渠道退款单号 503\d+/,
  /柯客服答复，缴费人看到：支付宝已更正账单/,
  / {2}── [-\d]{10} 10:00 ─/,
  / {2}关账 {4}.*引擎独立重算 \d+ 对，全部一致/,
  / 差额 +0\.00\n/,
  /该户最近 \d+ 笔缴费中 [1-9]\d* 笔已对账/,
  /第 2 件由对账自动结案/,
  / {2}规则 {4}第 \d+ 版：.*回归检查重放 [1-9]\d* 个账期 [1-9]\d* 行、\d+ 个案例/,
  /吴财务复核同意，自 [-\d]{10} 账期起生效/,
  / {2}时间 {4}演示时间现为 [-\d]{10} 10:0\d，由此继续/,
]
