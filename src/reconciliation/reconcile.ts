import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import { decide } from '../matching/decide.ts'
import { type Coverage, DISCREPANCY_KINDS, type Discrepancy, type Entry, type Sentence } from '../matching/entry.ts'
import { compareIds } from '../matching/pool.ts'
import type { Rules } from '../rules/rules.ts'
import { channelContradicted } from '../statements/refusals.ts'
import type { Problem } from '../statements/statement.ts'
import type { Database } from '../system/database.ts'
import { type GivenFile, givenFiles } from './input_files.ts'
import type { Loaded, LoadedStatement, LoadJob, Reading, StatementInput } from './load.ts'
import { LoadingThreads, loadBooks } from './load_books.ts'
import { streamMatches, viewOf } from './matches.ts'
import { fileOf, readEntries, recordOf } from './open_rows.ts'
import { paymentNoTwice } from './payment_refusals.ts'
import { type BookSums, sumBook, summarize } from './proof.ts'
import type { DiscrepancyView, Reconciliation, StatementView, Timings } from './reconciliation.ts'
import { openScratch, type Scratch } from './scratch.ts'
import { settle } from './settle.ts'

export type ReconcileRequest = {
  readonly payments: readonly string[]
  readonly statements: readonly string[]
  readonly rules: Rules
  /** Of statements whose format does not say. */
  readonly channel?: string | undefined
  /** Zone of local times (default: the channel's), currency, and columns of statements that do not say. */
  readonly reading?: Reading | undefined
  /** Compute the SM3 of each statement. Costs a second a gigabyte... of processor time; reports show it. */
  readonly digest?: boolean | undefined
  /** What the person should know, that stops nothing. */
  readonly say?: ((note: Sentence) => void) | undefined
  /** Threads for large files; default: started here where the files are large. null: none. Closed with the loading. */
  readonly threads?: LoadingThreads | null | undefined
  /** A share between 0 and 1. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/** An answer whose matches still lie in the database: close it when they are read. */
export type OpenReconciliation = Reconciliation & { readonly close: () => Promise<void> }

/** Reconciles files with files, on books of their own that are gone afterwards. */
export async function reconcileFiles(db: Database, request: ReconcileRequest): Promise<OpenReconciliation> {
  const started = performance.now()
  const payments = givenFiles(request.payments, request.say)
  const statements = givenFiles(request.statements, request.say)
  const threads = request.threads === undefined ? LoadingThreads.for([...payments, ...statements]) : request.threads
  const scratch = await openScratch(db)
  try {
    const run = new Run(db, scratch, { ...request, threads }, payments, statements, started)
    return await run.answer()
  } catch (error) {
    // First the threads: their connections hold on to the tables.
    await threads?.close()
    await scratch.close()
    throw error
  }
}

class Run {
  readonly #db: Database
  readonly #scratch: Scratch
  readonly #request: ReconcileRequest
  readonly #payments: readonly GivenFile[]
  readonly #statements: readonly GivenFile[]
  #lap: number
  #ourSums: BookSums = { rows: 0, net: new Map() }
  readonly #timings: Record<keyof Timings, number> = { open: 0, load: 0, settle: 0, decide: 0, prove: 0 }

  constructor(
    db: Database,
    scratch: Scratch,
    request: ReconcileRequest,
    payments: readonly GivenFile[],
    statements: readonly GivenFile[],
    started: number,
  ) {
    this.#db = db
    this.#scratch = scratch
    this.#request = request
    this.#payments = payments
    this.#statements = statements
    this.#lap = started
  }

  async answer(): Promise<OpenReconciliation> {
    const { rules } = this.#request
    const one = await this.#scratch.connect()
    const two = await this.#scratch.connect()
    this.#took('open')

    const { ours, theirs } = await this.#load(one)
    await this.#request.threads?.close()
    const loaded = theirs.flatMap(part => part.statements)
    this.#took('load')

    const coverage = coverageOf(ours, loaded)
    const repeated = [ours, ...theirs].map(part => part.repeated)
    const settled = await settle([one, two], {
      rules,
      channels: coverage.map(({ channel }) => channel),
      currencies: [...new Set([...ours.currencies, ...theirs.flatMap(part => part.currencies)])],
      refunds: [ours, ...theirs].some(part => part.refunds > 0),
      // Each job has watched its own rows: what two jobs of one book share, only the database can tell.
      repeated: theirs.length > 1 || repeated.includes(null) ? null : (repeated.flat() as string[]),
    })
    this.#took('settle')
    this.#request.onProgress?.(0.95)

    const nameOf = (id: number): string => `${this.#statements[fileOf(id)]?.name}#${recordOf(id)}`
    const [entries, lineEntries] = await Promise.all([
      readEntries(one, 'open_movements', () => ''),
      readEntries(two, 'open_lines', nameOf),
    ])
    // The database adds up their book while the engine thinks.
    const adding = sumBook(two, 'statement_lines')
    adding.catch(() => {})
    const outcome = decide({ payments: entries, lines: lineEntries, coverage, rules })
    this.#took('decide')

    const rejected = loaded.flatMap(statement => this.#rejectedLines(statement))
    const discrepancies = [...outcome.discrepancies, ...rejected.map(({ discrepancy }) => discrepancy)]
    const theirSums = await adding
    const openPayments = new Map(entries.map(row => [row.id, row]))
    const openLines = new Map(lineEntries.map(row => [row.id, row]))
    const summary = summarize({
      payments: this.#ourSums,
      lines: theirSums,
      settledPairs: settled.pairs,
      outcome: { matches: outcome.matches, discrepancies },
      openPayments,
      openLines,
      rejected: rejected.length,
    })
    this.#took('prove')
    this.#request.onProgress?.(1)

    const decided = outcome.matches.map(match => viewOf(match, openPayments, openLines))
    const problemOf = new Map(rejected.map(({ discrepancy, problem }) => [discrepancy.lines[0], problem]))
    const views = discrepancies.map(found =>
      viewDiscrepancy(found, openPayments, openLines, problemOf.get(found.lines[0])),
    )
    return {
      summary,
      matches: () => streamMatches(one, decided, nameOf),
      discrepancies: views.sort(byKindThenRow),
      statements: loaded.map(statement => this.#viewStatement(statement)),
      paymentFiles: this.#payments.map(file => file.name),
      rules: rules.name,
      timings: this.#timings,
      close: () => this.#scratch.close(),
    }
  }

  #took(step: keyof Timings): void {
    const now = performance.now()
    this.#timings[step] += now - this.#lap
    this.#lap = now
  }

  /** Both books at once; statements that do not say their channel wait until our own records tell what is missing. */
  async #load(client: pg.ClientBase): Promise<{ ours: Loaded; theirs: Loaded[] }> {
    const { rules, onProgress, threads = null } = this.#request
    const common = { url: this.#db.url, schema: this.#scratch.schema, rules }
    const files = this.#payments.map((file, number) => ({ ...file, number }))
    const bytes = [...this.#payments, ...this.#statements].reduce((sum, file) => sum + file.bytes, 0)
    const tell = (before: number) => (done: number) =>
      onProgress?.(Math.min(1, (before + done) / Math.max(1, bytes)) * 0.8)

    const linesOf = (statements: readonly StatementInput[], fresh: boolean): LoadJob => ({
      ...common,
      fresh,
      book: 'statement_lines',
      files: statements,
      reading: this.#request.reading ?? {},
      digest: this.#request.digest ?? false,
    })
    const statements = this.#statements.map((file, number) => ({ ...file, number, channel: null, currency: 'CNY' }))
    const jobs: LoadJob[] = [{ ...common, fresh: true, book: 'movements', files }, linesOf(statements, true)]
    // While the statement is still being read, what concerns our book alone gets done.
    const onLoaded = async (book: Loaded, job: LoadJob) => {
      if (job.book !== 'movements') return
      await this.#refuseRepeatedPayments(client, book)
      this.#ourSums = await sumBook(client, 'movements')
    }
    const [ours, theirs] = (await loadBooks(jobs, { onProgress: tell(0), threads, onLoaded })) as [Loaded, Loaded]
    const later = statements.filter(({ number }) => theirs.unnamed.includes(number))
    if (later.length === 0) {
      this.#refuseContradiction(theirs.statements)
      return { ours, theirs: [theirs] }
    }
    const named = this.#namedLater(later, ours, theirs.statements)
    const before = bytes - later.reduce((sum, file) => sum + file.bytes, 0)
    const rest = await loadBooks([linesOf(named, theirs.rows === 0)], { onProgress: tell(before), threads })
    return { ours, theirs: theirs.statements.length === 0 ? rest : [theirs, ...rest] }
  }

  /** `--channel` is for statements that do not name their channel; where all do, and name others, the person means something else. */
  #refuseContradiction(statements: readonly LoadedStatement[]): void {
    const given = this.#request.channel?.toLowerCase()
    const [first] = statements
    if (given === undefined || !first || statements.some(({ channel }) => channel === given)) return
    const { name } = this.#statements[first.number]!
    throw channelContradicted(name, first.format, first.channel, given)
  }

  #namedLater(later: readonly StatementInput[], ours: Loaded, known: readonly LoadedStatement[]): StatementInput[] {
    const { channel, say } = this.#request
    const [only, ...others] = ours.currencies
    const currency = this.#request.reading?.currency ?? (only !== undefined && others.length === 0 ? only : 'CNY')
    const covered = new Set(known.map(statement => statement.channel))
    const free = [...ours.days.keys()].filter(name => !covered.has(name))
    const names = later.map(file => file.name).join('、')
    if (channel === undefined && (free.length !== 1 || later.length !== 1))
      throw new Failure(
        'channel_unknown',
        {
          zh: `对账单“${names}”的格式不说明渠道：请用 --channel 指定（平台记录中的渠道：${[...ours.days.keys()].join('、') || '无'}）`,
          en: `the format of statement "${names}" does not tell the channel: name it by --channel (channels of the payments: ${[...ours.days.keys()].join(', ') || 'none'})`,
        },
        { files: later.map(file => file.name), channels: [...ours.days.keys()] },
      )
    const name = channel ?? (free[0] as string)
    if (channel === undefined)
      say?.({
        zh: `对账单“${names}”不说明渠道，按平台记录中唯一没有对账单的渠道 ${name} 处理。`,
        en: `Statement "${names}" does not tell its channel; it is taken for ${name}, the only one of the payments without a statement.`,
      })
    return later.map(file => ({ ...file, channel: name.toLowerCase(), currency }))
  }

  /** The loader only suspects; the database knows. */
  async #refuseRepeatedPayments(client: pg.ClientBase, { repeatedPayments }: Loaded): Promise<void> {
    if (repeatedPayments?.length === 0) return
    const { rows } = await client.query(
      `select payment_no, array_agg(id order by id) as ids from movements
        where $1::text[] is null or payment_no = any($1) group by payment_no having count(*) > 1
        order by (array_agg(id order by id))[2] limit 1`,
      [repeatedPayments],
    )
    const [row] = rows
    if (!row) return
    const place = (id: number) => ({ name: this.#payments[fileOf(id)]?.name ?? '', record: recordOf(id) })
    const [first, second] = (row.ids as (string | number)[]).map(Number)
    throw paymentNoTwice(row.payment_no, place(first as number), place(second as number))
  }

  #rejectedLines(statement: LoadedStatement): { discrepancy: Discrepancy; problem: Problem }[] {
    const name = this.#statements[statement.number]?.name ?? ''
    if (statement.rejected.length > 0)
      this.#request.say?.({
        zh: `对账单“${name}”有 ${statement.rejected.length} 条坏行，未参与对账，逐条列为 rejected_line。`,
        en: `Statement "${name}" has ${statement.rejected.length} rejected records; they take no part and are listed as rejected_line.`,
      })
    return statement.rejected.map(problem => ({
      problem,
      discrepancy: {
        kind: 'rejected_line',
        payments: [],
        lines: [`${name}#${problem.record}`],
        difference: 0,
        currency: 'CNY',
        cause: problem.code,
        evidence: { zh: problem.zh, en: problem.en },
      },
    }))
  }

  #viewStatement(statement: LoadedStatement): StatementView {
    const { channel, format, encoding, records, rejected, sm3, verdict, controls } = statement
    const name = this.#statements[statement.number]?.name ?? ''
    return { name, channel, format, encoding, records, rejected: rejected.length, sm3, verdict, controls }
  }
}

/** Which days each channel's two books speak about. */
function coverageOf(ours: Loaded, statements: readonly LoadedStatement[]): Coverage[] {
  const channels = [...new Set([...ours.days.keys(), ...statements.map(({ channel }) => channel)])].sort()
  return channels.map(channel => {
    const given = statements.filter(statement => statement.channel === channel)
    return {
      channel,
      statementGiven: given.length > 0,
      statementDays: [...new Set(given.flatMap(({ days }) => days))].sort(),
      paymentDays: ours.days.get(channel) ?? [],
    }
  })
}

function viewDiscrepancy(
  found: Discrepancy,
  payments: ReadonlyMap<string, Entry>,
  lines: ReadonlyMap<string, Entry>,
  problem: Problem | undefined,
): DiscrepancyView {
  const rowsOf = (names: readonly string[], rows: ReadonlyMap<string, Entry>) =>
    names.flatMap(name => rows.get(name) ?? [])
  return {
    ...found,
    paymentRows: rowsOf(found.payments, payments),
    lineRows: rowsOf(found.lines, lines),
    ...(found.kind === 'rejected_line' && problem ? { problem } : {}),
  }
}

function byKindThenRow(a: DiscrepancyView, b: DiscrepancyView): number {
  const kind = DISCREPANCY_KINDS.indexOf(a.kind) - DISCREPANCY_KINDS.indexOf(b.kind)
  if (kind !== 0) return kind
  const [pa, pb] = [a.payments[0], b.payments[0]]
  if ((pa === undefined) !== (pb === undefined)) return pa === undefined ? 1 : -1
  return compareIds(pa ?? '', pb ?? '') || compareIds(a.lines[0] ?? '', b.lines[0] ?? '')
}
