import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

/** The house from the ground up: a folder imports only from itself and from those before it. */
const HOUSE = (
  'kernel system audit access vault reviews notices intrusion merchants statements channels orders refunds rules matching ' +
  'arrivals causes reconciliation discrepancies appeals reports continuity distribution live state server.ts audit_part.ts access_part.ts vault_part.ts reviews_part.ts ' +
  'notices_part.ts intrusion_part.ts paying_part.ts rules_part.ts days_part.ts appeals_part.ts arrivals_part.ts reports_part.ts discrepancies_part.ts ' +
  'continuity_part.ts backup_part.ts live_part.ts state_part.ts web_part.ts parts.ts demo command_line.ts commands'
).split(' ')

/** Looks upwards that are allowed. */
const EXCEPTIONS: Readonly<Record<string, { readonly by: readonly string[]; readonly typeOnly: boolean }>> = {
  'matching/entry.ts': { by: ['statements', 'rules'], typeOnly: true }, // the one shape of a movement of money
  'rules/rules.ts': { by: ['statements'], typeOnly: true }, // zone and cutoff of a channel
  'matching/coverage.ts': { by: ['statements'], typeOnly: false }, // counts a book's days while it is loaded
}

/** Folders without input, output, clock or chance. */
const PURE = ['kernel', 'rules', 'matching', 'distribution']
const IMPURE =
  /from '(node:(?!assert)|pg\b)|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bTemporal\.Now\b/

/**
 * Who may name a table in SQL: its owner, and whoever is written here with a reason. Reports read what they report of, in one statement each, and
 * write nothing but their own.
 */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  requests: ['system'],
  operation_log: ['audit'],
  operation_blocks: ['audit'],
  operation_roots: ['audit'],
  accounts: ['access'],
  sessions: ['access'],
  passkeys: ['access'],
  log_in_tries: ['access'],
  challenges: ['access'],
  service_keys: ['access'],
  roles: ['access'],
  grants: ['access'],
  reviews: ['reviews'],
  vouchers: ['reviews'],
  review_vouchers: ['reviews'],
  voucher_uses: ['reviews'],
  departments: ['merchants', 'access', 'reports'], // a scope names departments, and holds for the merchants below them
  merchants: ['merchants', 'orders', 'access', 'reports'], // a bill is issued in one statement that checks its merchant and fee item
  fee_items: ['merchants', 'orders', 'reports', 'reconciliation', 'discrepancies'], // whose a discrepancy is
  orders: ['orders', 'reports', 'continuity'], // a drill looks up every bill and movement that was acknowledged
  bindings: ['orders'],
  bill_batches: ['orders'],
  bill_batch_rows: ['orders'],
  payments: ['orders', 'refunds', 'reports', 'reconciliation', 'continuity'], // a refund is seen by who sees its payment; whose a discrepancy is
  payments_waiting: ['orders'],
  payment_anomalies: ['orders', 'reconciliation'], // what is anomalous is not confirmed without a reason
  refused_notices: ['orders'],
  receipts: ['orders'],
  refunds: ['refunds', 'orders', 'reconciliation'], // a surplus is proposed for refund in the transaction that books it; an item is found by any number
  outbox: ['notices'],
  notice_mutes: ['notices'],
  alerts: ['intrusion'],
  address_blocks: ['intrusion'],
  rate_limits: ['intrusion'],
  rule_gates: ['reconciliation'],
  rule_versions: ['rules'],
  rule_activations: ['rules'],
  movements: ['orders', 'reconciliation', 'reports', 'causes', 'discrepancies', 'continuity'], // causes and discrepancies show what their rows say; orders write the platform's own book, reconciliation reads it
  statement_files: ['statements', 'reconciliation', 'discrepancies'], // which days are covered, and what lines are called
  statement_raw: ['statements'],
  statement_stretches: ['statements'],
  statement_templates: ['statements'],
  statement_lines: ['statements', 'reconciliation', 'reports', 'causes', 'discrepancies'], // settle joins both books in one statement
  fund_lines: ['statements', 'reconciliation'], // what settles trade bills is compared with them
  shared_lines: ['statements'],
  superseded_lines: ['statements', 'reconciliation', 'reports'], // what a newer version took away is no row of a day
  touched_days: ['statements', 'reconciliation'], // said with the lines, taken by a run
  statement_changes: ['statements', 'reconciliation'],
  match_links: ['reconciliation', 'orders', 'reports', 'discrepancies'], // 已对账 is derived from it
  match_groups: ['reconciliation', 'orders', 'reports', 'discrepancies'], // people match and take apart by hand
  match_rows: ['reconciliation', 'orders', 'reports', 'discrepancies'],
  days: ['reconciliation', 'orders', 'reports', 'discrepancies'], // and from the days that are closed
  runs: ['reconciliation', 'orders', 'discrepancies'],
  crossings: ['reconciliation', 'reports', 'discrepancies'],
  late_rows: ['reconciliation', 'reports', 'discrepancies'],
  day_totals: ['reconciliation'],
  day_totals_marks: ['reconciliation'],
  confirmations: ['reconciliation', 'orders', 'reports', 'discrepancies'],
  discrepancies: ['discrepancies', 'causes', 'reconciliation', 'orders', 'reports'], // a run opens and explains them, people work on them
  discrepancy_rows: ['discrepancies', 'causes', 'reconciliation', 'orders', 'reports'],
  discrepancy_comments: ['discrepancies'],
  discrepancy_vouchers: ['discrepancies'], // dropped again by 0022
  causes: ['causes'],
  touched_settlements: ['statements', 'reconciliation'], // said with the lines, of both kinds of bills
  settlements: ['reconciliation', 'reports'],
  settlement_comments: ['reconciliation'],
  payouts: ['reconciliation', 'reports'],
  payout_lines: ['reconciliation'],
  anomaly_reports: ['reconciliation', 'discrepancies', 'reports'],
  appeals: ['appeals'],
  appeal_comments: ['appeals'],
  arrivals: ['arrivals', 'reconciliation'], // a day of which the channel says that there was nothing is covered
  arrival_files: ['arrivals'],
  report_templates: ['reports'],
  report_template_versions: ['reports'],
  report_schedules: ['reports'],
  report_exports: ['reports'],
  report_pieces: ['reports'],
  drills: ['continuity'],
  backup_runs: ['continuity'],
  backup_archive: ['continuity'],
  primary_terms: ['continuity', 'system'], // pools look at the term of each new connection
  vault_keys: ['system'],
  vault_work: ['system'],
  schema_migrations: ['system'],
}

/** Counts what is open everywhere in one statement, for the operator's figures, and writes nothing. */
const COUNTS_ALL = 'state/figures_store.ts'

type File = {
  readonly path: string
  readonly folder: string
  readonly text: string
  readonly imports: readonly Import[]
}
type Import = { readonly from: string; readonly typeOnly: boolean }

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

const FILES: File[] = globSync('**/*.ts', { cwd: join(PACKAGE_ROOT, 'src') })
  .filter(path => path.includes('/') && !path.endsWith('.test.ts'))
  .sort()
  .map(path => {
    const text = readFileSync(join(PACKAGE_ROOT, 'src', path), 'utf8')
    const imports = [...text.matchAll(IMPORT)].map(([, type, named, loaded]) => ({
      from: named ?? loaded ?? '',
      typeOnly: !!type,
    }))
    return { path, folder: path.split('/')[0] ?? '', text, imports }
  })

/** Fails with all that is wrong at once. */
const none = (wrong: readonly string[]): void => assert.deepEqual(wrong, [])

test('each folder of src has its place in the house', () => {
  none([...new Set(FILES.map(file => file.folder))].filter(folder => !HOUSE.includes(folder)))
})

test('a folder imports only from itself and from earlier ones, by .ts names', () => {
  const wrong = FILES.flatMap(file =>
    file.imports
      .filter(({ from }) => from.startsWith('.'))
      .flatMap(({ from, typeOnly }) => {
        if (!/\.(?:ts|json)$/.test(from)) return [`${file.path} imports ${from} without .ts`]
        const target = normalize(join(dirname(file.path), from))
        const folder = target.split('/')[0] ?? ''
        const allowed = HOUSE.indexOf(folder) >= 0 && HOUSE.indexOf(folder) <= HOUSE.indexOf(file.folder)
        const exception = EXCEPTIONS[target]
        const excepted = exception?.by.includes(file.folder) && (typeOnly || !exception.typeOnly)
        return allowed || excepted ? [] : [`${file.path} imports ${target}`]
      }),
  )
  none(wrong)
})

test('pure folders have no input, output, clock or chance', () => {
  const pure = FILES.filter(({ folder, path }) => PURE.includes(folder) && !/(store|operations|routes)\.ts$/.test(path))
  none(
    pure.flatMap(
      ({ path, text }) =>
        IMPURE.exec(text)?.[0]
          .split('\n')
          .map(found => `${path}: ${found}`) ?? [],
    ),
  )
})

test('SQL names a table only in the folder that owns it', () => {
  const created = globSync('[0-9]*.sql', { cwd: join(PACKAGE_ROOT, 'sql') })
    .map(path => readFileSync(join(PACKAGE_ROOT, 'sql', path), 'utf8'))
    .flatMap(sql => [...sql.matchAll(/create (?:unlogged )?table (\w+)/g)].map(([, name = '']) => name))
  none(created.filter(name => !TABLES[name]).map(name => `table ${name} has no owner in this test`))
  const wrong = FILES.filter(file => file.path !== COUNTS_ALL).flatMap(({ path, folder, text }) =>
    [...text.matchAll(/\b(?:from|join|into|update|copy|table)\s+(\w+)\b/g)]
      .filter(([, name = '']) => Object.hasOwn(TABLES, name) && !TABLES[name]?.includes(folder))
      .map(([found]) => `${path}: ${found}`),
  )
  none(wrong)
})
