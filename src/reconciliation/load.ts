import type { Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { type Rules, rulesOf } from '../rules/rules.ts'
import { CopyInto } from '../statements/copy_into.ts'
import { openStatement } from '../statements/read.ts'
import { RepeatWatch } from '../statements/repeats.ts'
import type { Control, Problem, Statement, StatementEnd, StatementOptions } from '../statements/statement.ts'
import { LINE_COLUMNS, lineWriter, SPACES } from '../statements/store.ts'
import { databaseClient } from '../system/database_clients.ts'
import { PaymentNumbers } from './payment_numbers.ts'
import { emptyTally, MOVEMENT_COLUMNS, readPayments } from './payments.ts'
import { useScratch } from './scratch.ts'

/** A file to load. `number` is the first half of its rows' ids. */
export type InputFile = {
  readonly path: string
  readonly name: string
  readonly number: number
  readonly bytes: number
}

export type StatementInput = InputFile & {
  /** null: the format says, or the statement is left out and named in `unnamed`. */
  readonly channel: string | null
  /** Of records that do not say. */
  readonly currency: string
}

type Common = {
  readonly url: string
  readonly schema: string
  readonly rules: Rules
  /** Nothing else is loaded into this book before. */
  readonly fresh: boolean
}

/** What a person says about how statements are to be read. */
export type Reading = Pick<
  StatementOptions,
  'zone' | 'currency' | 'mapping' | 'dateOrder' | 'decimal' | 'templates' | 'widths'
>

/** One thread's share of the loading; plain data, so that it can be sent to a worker. */
export type LoadJob = Common &
  (
    | { readonly book: 'movements'; readonly files: readonly InputFile[] }
    | {
        readonly book: 'statement_lines'
        readonly files: readonly StatementInput[]
        readonly reading: Reading
        readonly digest: boolean
      }
  )

export type LoadedStatement = {
  readonly number: number
  readonly channel: string
  readonly days: readonly Day[]
  readonly format: string
  readonly encoding: string
  readonly records: number
  readonly rejected: readonly Problem[]
  readonly sm3: string | null
  readonly verdict: StatementEnd['verdict']
  readonly controls: readonly Control[]
}

export type Loaded = {
  readonly rows: number
  readonly refunds: number
  readonly currencies: readonly string[]
  /** Numbers that may occur twice in this job's rows; null: too many to name. */
  readonly repeated: readonly string[] | null
  /** payment_no that may occur twice; null: too many to name. */
  readonly repeatedPayments: readonly string[] | null
  /** Of movements: the days our book speaks about. */
  readonly days: ReadonlyMap<string, readonly Day[]>
  readonly statements: readonly LoadedStatement[]
  /** Statements that were not read, because nobody says whose they are. */
  readonly unnamed: readonly number[]
}

/** Reads the job's files into its book, one COPY for all of them: all of it is there in the end, or nothing. */
export async function load(job: LoadJob, onProgress: (bytes: number) => void = () => {}): Promise<Loaded> {
  const client = databaseClient(job.url)
  await client.connect()
  try {
    await useScratch(client, job.schema)
    const columns = job.book === 'movements' ? MOVEMENT_COLUMNS : LINE_COLUMNS
    const watch = new RepeatWatch(bytesOf(job.files))
    // A table emptied in this transaction can be frozen while it is filled: whoever reads it first need not write it again.
    await client.query(job.fresh ? `begin; truncate ${job.book}` : 'begin')
    const copy = new CopyInto(client, job.book, columns, { beforePassing: () => watch.lookUp(), freeze: job.fresh })
    try {
      const loaded =
        job.book === 'movements'
          ? await loadMovements(job, copy, watch, onProgress)
          : await loadLines(job, copy, watch, onProgress)
      await copy.end()
      await client.query('commit')
      return loaded
    } catch (error) {
      await copy.abandon()
      throw error
    }
  } finally {
    await client.end()
  }
}

const bytesOf = (files: readonly InputFile[]): number => files.reduce((sum, file) => sum + file.bytes, 0)

type Progress = (bytes: number) => void

async function loadMovements(
  job: LoadJob & { book: 'movements' },
  copy: CopyInto,
  watch: RepeatWatch,
  onProgress: Progress,
): Promise<Loaded> {
  const tally = emptyTally()
  const numbers = new PaymentNumbers(watch)
  let before = 0
  for (const file of job.files) {
    await readPayments(file.path, copy, {
      file: file.number,
      name: file.name,
      rules: job.rules,
      watch,
      numbers,
      tally,
      onProgress: bytes => onProgress(before + bytes),
    })
    before += file.bytes
  }
  return {
    rows: tally.rows,
    currencies: [...tally.currencies].sort(),
    repeated: watch.repeated([SPACES.trade, SPACES.order]),
    repeatedPayments: numbers.suspects(),
    refunds: tally.refunds,
    days: new Map([...tally.days].map(([channel, days]) => [channel, days.days()])),
    statements: [],
    unnamed: [],
  }
}

async function loadLines(
  job: LoadJob & { book: 'statement_lines' },
  copy: CopyInto,
  watch: RepeatWatch,
  onProgress: Progress,
): Promise<Loaded> {
  const statements: LoadedStatement[] = []
  const unnamed: number[] = []
  const currencies = new Set<string>()
  let rows = 0
  let refunds = 0
  let before = 0
  for (const file of job.files) {
    const opened = await openWithChannel(file, job, bytes => onProgress(before + bytes))
    if (opened === null) {
      unnamed.push(file.number)
      continue
    }
    const { statement, channel } = opened
    const { calendar } = rulesOf(job.rules, channel)
    const writer = lineWriter({ file: file.number, channel, calendar, currency: file.currency, watch })
    const rejected: Problem[] = []
    try {
      for await (const batch of statement.records()) {
        await writer.write(batch, copy)
        rejected.push(...statement.rejected())
      }
      rejected.push(...statement.rejected())
    } finally {
      await statement.close()
    }
    const end = statement.end()
    const { head } = statement
    if (end.verdict === 'rejected' && !onlyBadRecords(end)) throw refusedStatement(file.name, end)
    statements.push({
      number: file.number,
      channel,
      days: head.period ? daysOf(head.period) : writer.tally.days(),
      format: head.format,
      encoding: head.encoding,
      records: end.records,
      rejected,
      sm3: end.sm3,
      verdict: end.verdict,
      controls: end.controls,
    })
    for (const currency of writer.currencies()) currencies.add(currency)
    rows += writer.rows()
    refunds += writer.refunds()
    before += file.bytes
  }
  return {
    rows,
    currencies: [...currencies].sort(),
    repeated: watch.repeated([SPACES.trade, SPACES.order]),
    repeatedPayments: [],
    refunds,
    days: new Map(),
    statements,
    unnamed,
  }
}

/** Local times are read in the channel's zone; where the format itself tells the channel, that may mean opening it again. */
async function openWithChannel(
  file: StatementInput,
  job: LoadJob & { book: 'statement_lines' },
  onProgress: Progress,
): Promise<{ statement: Statement; channel: string } | null> {
  const zoneOf = (channel: string) => job.reading.zone ?? rulesOf(job.rules, channel).calendar.zone
  const open = (zone: string) =>
    openStatement(file.path, {
      name: file.name,
      digest: job.digest,
      onProgress,
      ...job.reading,
      zone,
      currency: file.currency,
    })
  const zone = zoneOf(file.channel ?? '')
  const statement = await open(zone)
  const channel = file.channel ?? statement.head.channel
  if (channel !== null && zoneOf(channel) === zone) return { statement, channel }
  await statement.close()
  return channel === null ? null : { statement: await open(zoneOf(channel)), channel }
}

function daysOf({ from, to }: { readonly from: Day; readonly to: Day }): Day[] {
  const days: Day[] = []
  const last = Temporal.PlainDate.from(to)
  for (let day = Temporal.PlainDate.from(from); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 }))
    days.push(day.toString())
  return days
}

/** Totals the file states about itself that its own records, readable or not, do not add up to. */
/** Nothing in it can be read, but nothing is missing either: every record is named as a rejected one. */
const onlyBadRecords = (end: StatementEnd): boolean =>
  end.records > 0 &&
  end.rejected === end.records &&
  end.problems.every(problem => problem.record !== null || problem.code === 'control_failed')

function refusedStatement(name: string, end: StatementEnd): Failure {
  const failed = end.controls.filter(control => !control.ok)
  const zh = failed
    .map(({ name: control, stated, computed }) => `${control}：文件写 ${stated}，逐笔合计 ${computed}`)
    .join('；')
  const en = failed
    .map(({ name: control, stated, computed }) => `${control}: the file states ${stated}, its records give ${computed}`)
    .join('; ')
  const [problem] = end.problems
  return new Failure(
    'statement_rejected',
    {
      zh: `对账单“${name}”与自身汇总不符（${zh || problem?.zh}），可能被截断或改动：请从渠道重新下载`,
      en: `statement "${name}" contradicts its own totals (${en || problem?.en}); it may have been cut or edited: download it again`,
    },
    { file: name, controls: failed },
  )
}
