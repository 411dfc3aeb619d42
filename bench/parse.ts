/**
 * How fast statements are read on one core: records per second of each format over generated files, beside a floor that only
 * reads, decodes and cuts the same file into lines. `node bench/parse.ts [records] [--json]`. Each case runs in a process of
 * its own, so that peak memory is its own too.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import iconv from 'iconv-lite'
import { openStatement } from '../src/statements/read.ts'

type Figures = { readonly seconds: number; readonly records: number; readonly peakMb: number; readonly verdict: string }

const WECHAT =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\n'
const ALIPAY =
  '#支付宝业务明细查询\n#账号：[20880000000000010156]\n#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]\n#----业务明细列表----\n支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\n'
const TABLE = '流水号,交易时间,摘要,对方账号,借贷标志,交易金额,余额,币种\n'

const clock = (i: number): string => `2026-11-20 ${new Date((i % 86_400) * 1000).toISOString().slice(11, 19)}`
const fen = (i: number): number => 100 + ((i * 7919) % 100_000)
const yuan = (value: bigint | number): string => {
  const digits = String(value).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const CASES: Readonly<
  Record<
    string,
    {
      encoding: string
      head: string
      row: (i: number, sum: bigint) => string
      foot: (n: number, sum: bigint) => string
    }
  >
> = {
  'wechat-trade': {
    encoding: 'utf8',
    head: WECHAT,
    row: i =>
      `\`${clock(i)},\`wx0000000000000001,\`1900000109,\`0,\`,\`4200002345${String(i).padStart(18, '0')},\`A${String(i).padStart(16, '0')},\`oFakeOpenid${String(i % 5000).padStart(17, '0')},\`JSAPI,\`SUCCESS,\`OTHERS,\`CNY,\`${yuan(fen(i))},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`水费缴纳,\`,\`0.01000,\`0.60%,\`${yuan(fen(i))},\`0.00,\`\n`,
    foot: (n, sum) =>
      `总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n\`${n},\`${yuan(sum)},\`0.00,\`0.00,\`${yuan(n)}000,\`${yuan(sum)},\`0.00\n`,
  },
  'alipay-trade': {
    encoding: 'gb18030',
    head: ALIPAY,
    row: i =>
      `2026112022001${String(i).padStart(15, '0')}\t,A${String(i).padStart(16, '0')}\t,交易,水费缴纳,${clock(i)},${clock(i)},\t,\t,\t,\t,*试(138****0000),${yuan(fen(i))},${yuan(fen(i))},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,0.00,0.00,\n`,
    foot: (n, sum) => `#----业务明细列表结束----\n#交易合计：${n}笔，商家实收共${yuan(sum)}元，商家优惠共0.00元\n`,
  },
  csv: {
    encoding: 'utf8',
    head: TABLE,
    row: (i, sum) =>
      `${String(i).padStart(20, '0')},${clock(i)},"水费缴纳,测试",6222****${String(i % 10_000).padStart(4, '0')},贷,${yuan(fen(i))},${yuan(sum)},CNY\n`,
    foot: () => '',
  },
}

async function generate(name: string, records: number, path: string): Promise<void> {
  const { encoding, head, row, foot } = CASES[name]!
  const out = createWriteStream(path)
  let text = head
  let sum = 0n
  for (let i = 0; i < records; i++) {
    sum += BigInt(fen(i))
    text += row(i, sum)
    if (text.length > 1 << 20) {
      if (!out.write(iconv.encode(text, encoding))) await once(out, 'drain')
      text = ''
    }
  }
  out.end(iconv.encode(text + foot(records, sum), encoding))
  await once(out, 'finish')
}

/** The floor: the same bytes read, decoded and cut into lines, nothing understood. */
async function readLines(path: string, encoding: string): Promise<Figures> {
  const started = performance.now()
  const decoder = new TextDecoder(encoding === 'utf8' ? 'utf-8' : encoding)
  let records = 0
  let rest = ''
  for await (const piece of createReadStream(path)) {
    const text = rest + decoder.decode(piece as Buffer, { stream: true })
    let from = 0
    for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', from)) {
      if (text.slice(from, feed).length > 0) records++
      from = feed + 1
    }
    rest = text.slice(from)
  }
  return figures(started, records, 'floor')
}

async function parse(path: string, digest: boolean): Promise<Figures> {
  const started = performance.now()
  const statement = await openStatement(path, { digest })
  for await (const _ of statement.records()) statement.rejected()
  const end = statement.end()
  return figures(started, end.records, end.verdict)
}

const figures = (started: number, records: number, verdict: string): Figures => ({
  seconds: (performance.now() - started) / 1000,
  records,
  peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  verdict,
})

const [mode, ...given] = process.argv.slice(2)

if (mode === 'floor' || mode === 'parse' || mode === 'digest') {
  const [path = '', encoding = ''] = given
  const result = mode === 'floor' ? await readLines(path, encoding) : await parse(path, mode === 'digest')
  process.stdout.write(JSON.stringify(result))
} else {
  const records = Number([mode, ...given].find(word => /^\d+$/.test(word ?? '')) ?? 1_000_000)
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-'))
  const own = fileURLToPath(import.meta.url)
  const run = (...words: string[]): Figures =>
    JSON.parse(execFileSync(process.execPath, [own, ...words], { encoding: 'utf8' })) as Figures
  const best = (...words: string[]): Figures =>
    [run(...words), run(...words), run(...words)].toSorted((a, b) => a.seconds - b.seconds)[0]!
  const rows: Record<string, string | number>[] = []
  try {
    for (const [format, { encoding }] of Object.entries(CASES)) {
      const path = join(folder, 'statement')
      await generate(format, records, path)
      const floor = best('floor', path, encoding)
      for (const kind of ['parse', 'digest'] as const) {
        const result = best(kind, path)
        rows.push({
          format: kind === 'digest' ? `${format} with SM3` : format,
          records: result.records,
          seconds: Number(result.seconds.toFixed(2)),
          'records/s': Math.round(result.records / result.seconds),
          'times the floor': Number((result.seconds / floor.seconds).toFixed(1)),
          'peak MB': result.peakMb,
          verdict: result.verdict,
        })
      }
      rmSync(path)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else console.table(rows)
}
