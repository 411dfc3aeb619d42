import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import iconv from 'iconv-lite'
import yazl from 'yazl'
import { BANK_CASES } from './parse_bank_cases.ts'
import { clock, delimited, fen, money, type ParseCase, pad } from './parse_values.ts'

export type Packing = 'none' | 'gzip' | 'zip'

const PAGE = 40

function* wechat(records: number): Generator<string> {
  yield '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\n'
  let sum = 0n
  for (let i = 0; i < records; i++) {
    sum += BigInt(fen(i))
    yield `\`${clock(i)},\`wx0000000000000001,\`1900000109,\`0,\`,\`4200002345${pad(i, 18)},\`A${pad(i, 16)},\`oFakeOpenid${pad(i % 5000, 17)},\`JSAPI,\`SUCCESS,\`OTHERS,\`CNY,\`${money(fen(i))},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`水费缴纳,\`,\`0.01000,\`0.60%,\`${money(fen(i))},\`0.00,\`\n`
  }
  yield `总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n\`${records},\`${money(sum)},\`0.00,\`0.00,\`${money(records)}000,\`${money(sum)},\`0.00\n`
}

function* alipay(records: number): Generator<string> {
  yield '#支付宝业务明细查询\n#账号：[20880000000000010156]\n#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]\n#----业务明细列表----\n支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\n'
  let sum = 0n
  for (let i = 0; i < records; i++) {
    sum += BigInt(fen(i))
    yield `2026112022001${pad(i, 15)}\t,A${pad(i, 16)}\t,交易,水费缴纳,${clock(i)},${clock(i)},\t,\t,\t,\t,*试(138****0000),${money(fen(i))},${money(fen(i))},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,0.00,0.00,\n`
  }
  yield `#----业务明细列表结束----\n#交易合计：${records}笔，商家实收共${money(sum)}元，商家优惠共0.00元\n`
}

const TABLE = '流水号,交易时间,摘要,对方账号,借贷标志,交易金额,余额,币种\n'

function* csv(records: number): Generator<string> {
  yield TABLE
  let sum = 0n
  for (let i = 0; i < records; i++) {
    sum += BigInt(fen(i))
    yield `${pad(i, 20)},${clock(i)},"水费缴纳,测试",6222****${pad(i % 10_000, 4)},贷,${money(fen(i))},${money(sum)},CNY\n`
  }
}

/** Every row after the first thousand is bad, each in another of four ways. */
function* badRows(records: number): Generator<string> {
  yield TABLE
  let sum = 0n
  for (let i = 0; i < records; i++) {
    sum += BigInt(fen(i))
    const way = i < 1_000 ? -1 : i % 4
    const at = way === 0 ? '2026-13-45 99:00:00' : clock(i)
    const amount = way === 1 ? `十二元${i}` : money(fen(i))
    const currency = way === 2 ? '糖果' : 'CNY'
    yield `${pad(i, 20)},${at},"水费缴纳,测试",6222****${pad(i % 10_000, 4)},贷,${amount},${money(sum)},${currency}${way === 3 ? ',多出来' : ''}\n`
  }
}

const cents = (minor: number): string => money(minor, ',')
const signed = (minor: number): string => `${minor < 0 ? 'D' : 'C'}261120EUR${cents(Math.abs(minor))}`

/** SEPA entries with German subfields; a statement of its own for every forty of them. */
function* mt940(records: number): Generator<string> {
  let balance = 100_000
  for (let i = 0, page = 1; i < records; page++) {
    let text = `{1:F01BANKDEFFAXXX0000000000}{2:I940CUSTDEFFXXXXN}{4:\r\n:20:STARTUMS${page}\r\n:25:DE11222233334444555566\r\n:28C:${page}/1\r\n:60F:${signed(balance)}\r\n`
    for (const end = Math.min(i + PAGE, records); i < end; i++) {
      const amount = 100 + ((i * 7919) % 500_000)
      const credit = i % 2 === 0
      balance += credit ? amount : -amount
      text +=
        `:61:2611201120${credit ? 'CR' : 'DR'}${cents(amount)}NTRFNONREF//2026112${pad(i, 9)}\r\n` +
        `:86:166?00SEPA-GUTSCHRIFT?109262?20EREF+ORD2026112${pad(i, 8)}?21SV\r\nWZ+Wasser November Kundennr?22 4711 Danke?30GENODEM1MSS?31DE0440\r\n0694620000${pad(i, 6)}?32PETRA TESTER?34997\r\n`
    }
    yield `${text}:62F:${signed(balance)}\r\n-}\r\n`
  }
}

function* bai2(records: number): Generator<string> {
  yield '01,BANK,CUSTOMER,261120,2359,1,,,2/\n02,CUSTOMER,BANK,1,261120,2359,USD,2/\n'
  let total = 0
  let lines = 2
  let accounts = 0
  for (let i = 0; i < records; accounts++) {
    let sum = 0
    let own = 2
    let text = `03,00${accounts},USD,,,,/\n`
    for (const end = Math.min(i + PAGE, records); i < end; i++) {
      const amount = 100 + ((i * 7919) % 500_000)
      sum += amount
      own += 3
      text += `16,${i % 8 === 0 ? 495 : 195},${amount},Z,GI2026112${i},ORD2026112${i},Incoming Wire,From: TEST\n88,DBNM: SAMPLE INC ${i}\n88,DACT: 101${i}\n`
    }
    total += sum
    lines += own
    yield `${text}49,${sum},${own}/\n`
  }
  yield `98,${total},${accounts},${lines}/\n99,${total},1,${lines + 2}/\n`
}

const details = (id: string, minor: number): string => `
          <TxDtls>
            <Refs>
              <AcctSvcrRef>T${id}</AcctSvcrRef>
              <EndToEndId>FZ20261120${id}</EndToEndId>
            </Refs>
            <Amt Ccy="CNY">${money(minor)}</Amt>
            <CdtDbtInd>CRDT</CdtDbtInd>
            <RltdPties>
              <Dbtr>
                <Pty>
                  <Nm>张三</Nm>
                </Pty>
              </Dbtr>
              <DbtrAcct>
                <Id>
                  <Othr>
                    <Id>6222020${id}</Id>
                  </Othr>
                </Id>
              </DbtrAcct>
            </RltdPties>
            <RmtInf>
              <Ustrd>学费 2026 秋</Ustrd>
            </RmtInf>
          </TxDtls>`

/** Indented camt.053, about 1.4 KB an entry and transaction; every tenth entry is a batch of five. */
function* camt(entries: number): Generator<string> {
  const minor = (i: number): number => 500 + ((i * 7919) % 100_000) * 5
  let total = 0
  for (let i = 0; i < entries; i++) total += minor(i)
  const balance = (code: string, amount: number): string =>
    `      <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${money(amount)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>\n`
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n  <BkToCstmrStmt>\n    <Stmt>\n      <Id>S1</Id>\n      <Acct><Id><Othr><Id>36050110000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n`
  yield balance('OPBD', 100) + balance('CLBD', 100 + total)
  for (let i = 0; i < entries; i++) {
    const parts = i % 10 === 0 ? 5 : 1
    let transactions = ''
    for (let part = 0; part < parts; part++) transactions += details(pad(i * 5 + part, 12), minor(i) / parts)
    yield `      <Ntry>
        <NtryRef>${i}</NtryRef>
        <Amt Ccy="CNY">${money(minor(i))}</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd>
        <RvslInd>false</RvslInd>
        <Sts>
          <Cd>BOOK</Cd>
        </Sts>
        <BookgDt>
          <DtTm>2026-11-20T${clock(i).slice(11)}+08:00</DtTm>
        </BookgDt>
        <ValDt>
          <Dt>2026-11-20</Dt>
        </ValDt>
        <AcctSvcrRef>A${pad(i, 16)}</AcctSvcrRef>
        <BkTxCd>
          <Domn>
            <Cd>PMNT</Cd>
            <Fmly>
              <Cd>RCDT</Cd>
              <SubFmlyCd>DMCT</SubFmlyCd>
            </Fmly>
          </Domn>
        </BkTxCd>
        <NtryDtls>${transactions}
        </NtryDtls>
      </Ntry>\n`
  }
  yield '    </Stmt>\n  </BkToCstmrStmt>\n</Document>\n'
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const SHEET = 'xl/worksheets/sheet1.xml'
const HEADERS = TABLE.trim().split(',')

/** The texts of a row of the table in the order of their cells: a workbook keeps them in a part of their own. */
const textsOf = (i: number): readonly string[] => [
  pad(i, 20),
  clock(i),
  '水费缴纳,测试',
  `6222****${pad(i % 10_000, 4)}`,
  '贷',
  'CNY',
]

/** Programs that write row by row do not look for a text they wrote before: each cell has its own. */
function* xlsxSheet(records: number): Generator<string> {
  yield `${XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
  let text = 0
  const shared = (column: string, row: number): string => `<c r="${column}${row}" t="s"><v>${text++}</v></c>`
  yield `<row r="1">${HEADERS.map((_, at) => shared(String.fromCharCode(65 + at), 1)).join('')}</row>`
  let sum = 0n
  for (let i = 0; i < records; i++) {
    const row = i + 2
    sum += BigInt(fen(i))
    const texts = ['A', 'B', 'C', 'D', 'E'].map(column => shared(column, row)).join('')
    yield `<row r="${row}">${texts}<c r="F${row}"><v>${money(fen(i))}</v></c><c r="G${row}"><v>${money(sum)}</v></c>${shared('H', row)}</row>`
  }
  yield '</sheetData></worksheet>'
}

function* xlsxStrings(records: number): Generator<string> {
  yield `${XML}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
  const item = (text: string): string => `<si><t>${text}</t></si>`
  yield HEADERS.map(item).join('')
  for (let i = 0; i < records; i++) yield textsOf(i).map(item).join('')
  yield '</sst>'
}

const fixedPart = (name: string, xml: string): (typeof XLSX_PARTS)[number] => ({
  name,
  text: function* () {
    yield XML + xml
  },
})

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const XLSX_PARTS: NonNullable<ParseCase['workbook']>['parts'] = [
  fixedPart('[Content_Types].xml', `<Types xmlns="${PACKAGE}/content-types"/>`),
  fixedPart(
    'xl/workbook.xml',
    `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${DOCUMENT}"><sheets><sheet name="流水" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ),
  fixedPart(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ),
  { name: 'xl/sharedStrings.xml', text: xlsxStrings },
]

export const CASES: readonly ParseCase[] = [
  { ...delimited, name: 'wechat-trade', encoding: 'utf8', text: wechat },
  { ...delimited, name: 'alipay-trade', encoding: 'gb18030', text: alipay },
  { ...delimited, name: 'csv', encoding: 'utf8', text: csv },
  { ...delimited, name: 'csv-bad-rows', encoding: 'utf8', text: badRows, verdict: 'ready_with_warnings' },
  { ...delimited, name: 'mt940', encoding: 'utf8', text: mt940, target: 150_000 },
  { ...delimited, name: 'bai2', encoding: 'utf8', text: bai2, target: 150_000 },
  ...BANK_CASES,
  {
    name: 'camt.053',
    encoding: 'utf8',
    text: camt,
    unit: 'entries',
    target: 20_000,
    records: n => n + 4 * Math.ceil(n / 10),
    verdict: 'ready',
  },
  {
    ...delimited,
    name: 'xlsx',
    encoding: 'utf8',
    text: xlsxSheet,
    workbook: { sheet: SHEET, parts: XLSX_PARTS },
    target: null,
    // 1,200,000 shared texts: what a workbook costs in memory goes by them.
    units: 200_000,
  },
]

const SAMPLE = 20_000

/** Units that make a file of about `bytes`. */
export function unitsIn(bytes: number, { text, encoding, units }: ParseCase): number {
  if (units !== undefined) return units
  let length = 0
  for (const piece of text(SAMPLE)) length += iconv.encode(piece, encoding).length
  return Math.max(1, Math.round(bytes / (length / SAMPLE)))
}

/** Writes the statement piece by piece, so that its size costs no memory. */
export async function writeCase(path: string, units: number, kind: ParseCase, packing: Packing): Promise<void> {
  const file = createWriteStream(path)
  const gzip = packing === 'gzip' && !kind.workbook ? createGzip({ level: 1 }) : null
  const zip = packing === 'zip' || kind.workbook ? new yazl.ZipFile() : null
  const out = gzip ?? file
  if (gzip) gzip.pipe(file)
  if (zip) {
    for (const { name, text } of kind.workbook?.parts ?? [])
      zip.addReadStream(Readable.from(piecesOf(units, { text, encoding: kind.encoding })), name)
    zip.addReadStream(Readable.from(piecesOf(units, kind)), kind.workbook?.sheet ?? 'statement.txt')
    zip.end()
    zip.outputStream.pipe(file)
  } else {
    for (const piece of piecesOf(units, kind)) if (!out.write(piece)) await once(out, 'drain')
    out.end()
  }
  await finished(file)
}

function* piecesOf(units: number, { text, encoding }: Pick<ParseCase, 'text' | 'encoding'>): Generator<Buffer> {
  let waiting = ''
  for (const piece of text(units)) {
    waiting += piece
    if (waiting.length < 1 << 18) continue
    yield iconv.encode(waiting, encoding)
    waiting = ''
  }
  yield iconv.encode(waiting, encoding)
}
