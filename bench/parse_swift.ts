import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStatement } from '../src/statements/read.ts'

/**
 * Records a second of MT940 and BAI2 on one core, from the file on disk to checked lines: `node bench/parse_swift.ts [records]`.
 * Each file is read in a process of its own, so that peak memory is its own too. The files are like real ones: SEPA entries with German subfields, 40 entries a page; BAI2 with references and text lines.
 */
const [asked, file] = process.argv.slice(2)
const records = Number(asked ?? 600_000)
const PAGE = 40

const cents = (minor: number): string => `${Math.floor(minor / 100)},${String(minor % 100).padStart(2, '0')}`
const signed = (minor: number): string => `${minor < 0 ? 'D' : 'C'}261120EUR${cents(Math.abs(minor))}`

async function write(path: string, pages: Iterable<string>): Promise<void> {
  const out = createWriteStream(path)
  for (const page of pages) if (!out.write(page)) await once(out, 'drain')
  out.end()
  await once(out, 'finish')
}

function* mt940(): Generator<string> {
  let balance = 100_000
  for (let i = 0, page = 1; i < records; page++) {
    let text = `{1:F01BANKDEFFAXXX0000000000}{2:I940CUSTDEFFXXXXN}{4:\r\n:20:STARTUMS${page}\r\n:25:DE11222233334444555566\r\n:28C:${page}/1\r\n:60F:${signed(balance)}\r\n`
    for (const end = Math.min(i + PAGE, records); i < end; i++) {
      const amount = 100 + ((i * 7919) % 500_000)
      const credit = i % 8 !== 0
      balance += credit ? amount : -amount
      text +=
        `:61:2611201120${credit ? 'CR' : 'DR'}${cents(amount)}NTRFNONREF//2026112${String(i).padStart(9, '0')}\r\n` +
        `:86:166?00SEPA-GUTSCHRIFT?109262?20EREF+ORD2026112${String(i).padStart(8, '0')}?21SV\r\nWZ+Wasser November Kundennr?22 4711 Danke?30GENODEM1MSS?31DE0440\r\n0694620000${String(i).padStart(6, '0')}?32PETRA TESTER?34997\r\n`
    }
    yield `${text}:62F:${signed(balance)}\r\n-}\r\n`
  }
}

function* bai2(): Generator<string> {
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

async function measure(path: string): Promise<void> {
  const start = performance.now()
  const statement = await openStatement(path, { digest: false })
  let read = 0
  for await (const batch of statement.records()) read += batch.length
  const seconds = (performance.now() - start) / 1_000
  const { verdict, problems } = statement.end()
  if (read !== records || verdict !== 'ready')
    throw new Error(`${path}: ${read} records, ${verdict} ${problems[0]?.en}`)
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const figures = [
    `${statement.head.format}: ${read.toLocaleString('en')} records, ${(statSync(path).size / 1e6).toFixed(0)} MB in ${seconds.toFixed(2)} s`,
    `${Math.round(read / seconds).toLocaleString('en')} records/s`,
    `${((userCPUTime + systemCPUTime) / 1e6).toFixed(2)} s of processor`,
    `peak ${Math.round(maxRSS / 1024)} MB`,
  ]
  console.log(figures.join(', '))
}

if (file) await measure(file)
else {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-'))
  try {
    for (const [name, pages] of [
      ['mt940', mt940()],
      ['bai2', bai2()],
    ] as const) {
      const path = join(folder, `${name}.txt`)
      await write(path, pages)
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(records), path], { stdio: 'inherit' })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
