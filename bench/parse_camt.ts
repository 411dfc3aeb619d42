import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStatement } from '../src/statements/read.ts'

/**
 * Entries a second of camt.053 on one core, from the file on disk to checked lines: `node bench/parse_camt.ts [entries]`. Read
 * in a process of its own, so that peak memory is its own too. One indented entry with one transaction is about 1.4 KB; every
 * tenth is a batch of five.
 */
const [asked, file] = process.argv.slice(2)
const entries = Number(asked ?? 200_000)

const yuan = (minor: number): string => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`

const details = (id: string, minor: number): string => `
          <TxDtls>
            <Refs>
              <AcctSvcrRef>T${id}</AcctSvcrRef>
              <EndToEndId>FZ20261120${id}</EndToEndId>
            </Refs>
            <Amt Ccy="CNY">${yuan(minor)}</Amt>
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

function* camt(): Generator<string> {
  const money = (i: number) => 500 + ((i * 7919) % 100_000) * 5
  let total = 0
  for (let i = 0; i < entries; i++) total += money(i)
  const balance = (code: string, minor: number) =>
    `      <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${yuan(minor)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>\n`
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n  <BkToCstmrStmt>\n    <Stmt>\n      <Id>S1</Id>\n      <Acct><Id><Othr><Id>36050110000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n`
  yield balance('OPBD', 100) + balance('CLBD', 100 + total)
  for (let i = 0; i < entries; i++) {
    const parts = i % 10 === 0 ? 5 : 1
    let transactions = ''
    for (let part = 0; part < parts; part++)
      transactions += details(String(i * 5 + part).padStart(12, '0'), money(i) / parts)
    yield `      <Ntry>
        <NtryRef>${i}</NtryRef>
        <Amt Ccy="CNY">${yuan(money(i))}</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd>
        <RvslInd>false</RvslInd>
        <Sts>
          <Cd>BOOK</Cd>
        </Sts>
        <BookgDt>
          <DtTm>2026-11-20T${new Date((i % 86_400) * 1000).toISOString().slice(11, 19)}+08:00</DtTm>
        </BookgDt>
        <ValDt>
          <Dt>2026-11-20</Dt>
        </ValDt>
        <AcctSvcrRef>A${String(i).padStart(16, '0')}</AcctSvcrRef>
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

if (file) {
  const started = performance.now()
  const statement = await openStatement(file)
  for await (const _ of statement.records()) statement.rejected()
  const { records, verdict } = statement.end()
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(
    JSON.stringify({ records, verdict, seconds, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }),
  )
} else {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-'))
  try {
    const path = join(folder, 'statement.xml')
    const out = createWriteStream(path)
    for (const text of camt()) if (!out.write(text)) await once(out, 'drain')
    out.end()
    await once(out, 'finish')
    const own = fileURLToPath(import.meta.url)
    const runs = [1, 2, 3].map(
      () =>
        JSON.parse(execFileSync(process.execPath, [own, String(entries), path], { encoding: 'utf8' })) as {
          records: number
          verdict: string
          seconds: number
          peakMb: number
        },
    )
    const [best] = runs.toSorted((a, b) => a.seconds - b.seconds)
    if (best)
      console.table([
        {
          format: 'camt.053',
          entries,
          records: best.records,
          MB: Math.round(statSync(path).size / 1e6),
          seconds: Number(best.seconds.toFixed(2)),
          'entries/s': Math.round(entries / best.seconds),
          'peak MB': best.peakMb,
          verdict: best.verdict,
        },
      ])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
