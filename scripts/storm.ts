/**
 * `npm run storm [-- --payments 100000] [--payers 64] [--seed 1]`: the storm of docs/payments.md at its full size. Exit status 1
 * when the books differ, somebody paid twice, or somebody was told twice or not at all.
 */
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { formatMinor } from '../src/kernel/money.ts'
import { dataFolder } from '../src/system/paths.ts'
import { storm } from '../testkit/storm/storm.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['payments', 'payers', 'seed'], many: [] })
const given = (name: string, fallback: number): number => Number(words.values.get(name)?.[0] ?? fallback)
const report = await storm({
  folder: join(dataFolder(), 'storm'),
  payments: given('payments', 100_000),
  payers: given('payers', 64),
  seed: given('seed', 1),
  killServerAt: [0.2, 0.45, 0.8],
  killPostgresAt: [0.65],
  dropped: 0.05,
  doubled: 0.05,
  late: 0.05,
  outOfOrder: 0.02,
  speed: 4,
  patienceMs: 30 * 60_000,
  tell: text => process.stderr.write(`${text}\n`),
})
const { missing, extra, paidTwice, notTold, toldTwice } = report
const shown = (list: readonly string[]): string =>
  list.length === 0 ? '0' : `${list.length}: ${list.slice(0, 5).join(', ')} …`
process.stdout.write(
  `${report.payments.toLocaleString('en')} payers in ${report.seconds} s (${Math.round(report.payments / report.seconds)}/s), quiet ${report.settledAfter} s later
platform started ${report.serverStarts} times, PostgreSQL killed ${report.postgresKills} times
channels: ${report.channelPayments.toLocaleString('en')} payments, ${report.channelRefunds.toLocaleString('en')} refunds, net ${formatMinor(report.channelNet, 'CNY')}
platform: net ${formatMinor(report.ourNet, 'CNY')}; missing ${shown(missing)}; extra ${shown(extra)}
paid twice ${shown(paidTwice)}; second payments found and proposed for refund ${report.duplicates}
messages ${report.messages.toLocaleString('en')}; not told ${shown(notTold)}; told twice ${shown(toldTwice)}
`,
)
process.exitCode = [missing, extra, paidTwice, notTold, toldTwice].every(list => list.length === 0) ? 0 : 1
