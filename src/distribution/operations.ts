import { Failure } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import type { Say } from '../system/notice.ts'
import { EXCEPTIONS } from './exceptions.ts'
import { HOT_STATEMENTS, type HotStatement } from './hot_statements.ts'
import { type Objection, objectionsTo } from './objections.ts'
import { ANCHOR, creationOrder, ORDER_NO, type Place, type Placed, placeOf } from './places.ts'
import { reachOf, type StatementReach } from './reach.ts'
import * as store from './store.ts'
import { isRouted, taskCounts } from './tasks.ts'

export type CheckedStatement = HotStatement & StatementReach & { readonly exception: { zh: string; en: string } | null }

export type Check = {
  readonly places: readonly Placed[]
  readonly objections: readonly Objection[]
  readonly statements: readonly CheckedStatement[]
}

/** What distributing this database would do, and what stands against it: on any PostgreSQL, reading only. */
export async function checkDistribution(db: Database, hot: readonly HotStatement[] = HOT_STATEMENTS): Promise<Check> {
  const catalogue = await store.readCatalogue(db.pool)
  const places = catalogue.flatMap(table => placeOf(table) ?? [])
  const objections = objectionsTo(catalogue)
  const session = await db.connect()
  try {
    const statements: CheckedStatement[] = []
    for (const statement of hot) {
      const reach = reachOf(await store.genericPlan(session, statement.text), catalogue)
      statements.push({ ...statement, ...reach, exception: EXCEPTIONS[statement.name] ?? null })
    }
    return { places, objections, statements }
  } finally {
    await session.end()
  }
}

/** Statements that would fail on the cluster. */
export const refusedOf = ({ statements }: Check): readonly CheckedStatement[] =>
  statements.filter(({ verdict }) => verdict === 'refused')

/** A distributed database on which payments cannot be booked is worse than none, and not quickly undone. Throws statements_refused. */
export function mustBeAccepted(check: Check): void {
  const refused = refusedOf(check)
  if (refused.length === 0) return
  const names = refused.map(({ name }) => name).join(', ')
  throw new Failure('statements_refused', {
    zh: `Citus 会拒绝 ${refused.length} 条热点语句（${names}），缴费将无法进行：先改写这些语句；fzpay distribute --check 列出全部`,
    en: `Citus would refuse ${refused.length} hot statements (${names}), and paying would fail: they must be written otherwise first; fzpay distribute --check lists all`,
  })
}

/** Throws citus_not_installed. */
export function requireCitus(db: Database): void {
  if (db.cluster) return
  throw new Failure('citus_not_installed', {
    zh: '该数据库没有 Citus 扩展：请在协调节点安装 Citus，执行 create extension citus 并加入工作节点（见 deploy/citus），或用 fzpay distribute --check 只看计划',
    en: 'This database has no Citus extension: install Citus on the coordinator, run create extension citus and add the workers (see deploy/citus), or look at the plan alone by fzpay distribute --check',
  })
}

export type Distributed = { readonly table: string; readonly place: Place; readonly fresh: boolean }

/**
 * Puts the tables onto the cluster: reference tables first, then distributed ones beside the orders, each in a transaction of its own. What is there
 * already is left, so that whoever was interrupted repeats it.
 * Throws citus_not_installed, distribution_objections, distribution_differs.
 */
export async function distribute(db: Database, say: Say): Promise<readonly Distributed[]> {
  requireCitus(db)
  const catalogue = await store.readCatalogue(db.pool)
  const objections = objectionsTo(catalogue)
  if (objections.length > 0) throw objected(objections)
  const there = new Map((await store.citusTables(db.pool)).map(found => [found.table, found]))
  const done: Distributed[] = []
  for (const { table, place } of creationOrder(catalogue)) {
    const found = there.get(table)
    if (found) mustAgree(found, place, there.get(ANCHOR))
    else if (place === 'reference') await store.createReference(db.pool, table)
    else await store.createDistributed(db.pool, table, ORDER_NO, table === ANCHOR ? 'none' : ANCHOR)
    say(found ? leftAsItIs(table) : created(table, place))
    done.push({ table, place, fresh: !found })
  }
  return done
}

/** What a cluster did with a hot statement: sent it to one shard, to several, did without its shards, or refused it. */
export type Outcome = {
  readonly name: string
  readonly expected: StatementReach['verdict']
  readonly tasks: readonly number[]
  /** What the cluster said when it refused; null: it did not. */
  readonly refused: string | null
  /** Whether it is as expected. */
  readonly holds: boolean
}

/** Asks the cluster for its plan of each hot statement. One of a single order must be one task, in all of its parts. */
export async function checkOnCluster(db: Database, statements: readonly CheckedStatement[]): Promise<Outcome[]> {
  const session = await db.connect()
  try {
    const outcomes: Outcome[] = []
    for (const { name, text, verdict: expected } of statements) {
      const outcome = await store.samplePlan(session, text).then(
        plan => ({ tasks: taskCounts(plan), refused: null, holds: isAsExpected(plan, expected) }),
        (error: Error) => ({ tasks: [], refused: error.message, holds: expected === 'refused' }),
      )
      outcomes.push({ name, expected, ...outcome })
    }
    return outcomes
  } finally {
    await session.end()
  }
}

function isAsExpected(plan: Parameters<typeof isRouted>[0], expected: StatementReach['verdict']): boolean {
  if (expected === 'coordinator') return true
  if (expected === 'router') return isRouted(plan)
  return taskCounts(plan).length > 0
}

function mustAgree(found: store.CitusTable, place: Place, anchor: store.CitusTable | undefined): void {
  const beside = place === 'reference' || found.group === anchor?.group
  if (found.type === place && beside && (place === 'reference' || found.column === ORDER_NO)) return
  const told = `${found.type}, ${found.column}, ${found.group}`
  throw new Failure(
    'distribution_differs',
    {
      zh: `表 ${found.table} 已按别的方式分布（${told}）：请先 undistribute_table 或 alter_distributed_table，再重新运行`,
      en: `${found.table} is distributed already, and otherwise (${told}): use undistribute_table or alter_distributed_table, then run this again`,
    },
    { table: found.table, type: found.type, column: found.column, group: found.group },
  )
}

const created = (table: string, place: Place) =>
  place === 'reference'
    ? { zh: `${table}：已做成参考表`, en: `${table}: is a reference table now` }
    : { zh: `${table}：已按 ${ORDER_NO} 分布`, en: `${table}: is distributed by ${ORDER_NO} now` }

const leftAsItIs = (table: string) => ({ zh: `${table}：已在集群中，未改动`, en: `${table}: was there already` })

const objected = (objections: readonly Objection[]): Failure =>
  new Failure(
    'distribution_objections',
    {
      zh: `有 ${objections.length} 处阻碍分布，第一处：${objections[0]?.zh}；fzpay distribute --check 列出全部`,
      en: `${objections.length} things stand against distributing, the first: ${objections[0]?.en}; fzpay distribute --check lists them all`,
    },
    { objections: objections.map(({ code, table, object }) => ({ code, table, object })) },
  )
