import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import type { Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import { rulesOf } from '../rules/rules.ts'
import { rulesOn } from '../rules/store.ts'
import type { App } from '../system/app.ts'
import { type Json, once, onceAround } from '../system/requests.ts'
import type { Applied, CauseDetail, CauseList, TrialView } from './api.ts'
import { BUILT_IN_CAUSES } from './built_in.ts'
import { type Cause, causeUnknown, inOrder, likelyCause } from './cause.ts'
import { type Conditions, checkConditions, holds } from './conditions.ts'
import { refineCauses } from './refine.ts'
import * as store from './store.ts'
import { addedView, builtInView, figuresView, versionView } from './views.ts'

/** 异常场景库: what a person can do with it. */
type Library = Pick<App, 'db' | 'now'>

export type Period = { readonly from: Date; readonly to: Date }

/** All pages, those of the program first, with figures of what the reader may see. */
export async function readCauses(app: Library, actor: Actor, period: Period): Promise<CauseList> {
  const scope = actor.scopeOf('discrepancy.read')
  const [added, figures] = await Promise.all([
    store.addedCauses(app.db.pool),
    store.causeFigures(app.db.pool, scope, period),
  ])
  const of = new Map(figures.map(each => [each.cause, each]))
  return {
    from: instantText(period.from),
    to: instantText(period.to),
    causes: [
      ...Object.entries(BUILT_IN_CAUSES).map(([code, page]) => builtInView(code, page, figuresView(of.get(code)))),
      ...added.map(cause => addedView(cause, figuresView(of.get(cause.code)))),
    ],
  }
}

/** One page with its versions. Throws cause_unknown. */
export async function readCause(app: Library, actor: Actor, code: string, period: Period): Promise<CauseDetail> {
  const { causes } = await readCauses(app, actor, period)
  const page = causes.find(({ cause }) => cause === code)
  if (!page) throw causeUnknown(code)
  return { ...page, versions: (await store.versionsOf(app.db.pool, code)).map(versionView) }
}

export type CauseAsk = Pick<
  Cause,
  'nameZh' | 'nameEn' | 'recognised' | 'whatToDo' | 'whomToAsk' | 'usualAction' | 'conditions' | 'priority' | 'reason'
>

/** A new page. Throws already_exists, cause_conditions_empty, cause_conditions_wrong, id_reused. */
export const addCause = (
  app: Library,
  actor: Actor,
  { id, code, ...ask }: CauseAsk & { readonly id: string; readonly code: string },
): Promise<CauseDetail> =>
  write(app, actor, { id, operation: 'add_cause', body: { code, ...ask } }, code, earlier => {
    if (earlier || Object.hasOwn(BUILT_IN_CAUSES, code))
      throw new Failure(
        'already_exists',
        { zh: `异常场景库中已有 ${code}`, en: `The library has ${code} already` },
        { cause: code },
      )
    return { ...ask, retired: false }
  })

/** A new version of an added page. Throws cause_unknown, cause_built_in, and as `addCause`. */
export const changeCause = (
  app: Library,
  actor: Actor,
  { id, code, ...ask }: CauseAsk & { readonly id: string; readonly code: string },
): Promise<CauseDetail> =>
  write(app, actor, { id, operation: 'change_cause', body: { code, ...ask } }, code, earlier => {
    mustBeAdded(earlier, code)
    return { ...ask, retired: false }
  })

/** It is tried no more; what was found by it stays. Throws cause_unknown, cause_built_in, id_reused. */
export const retireCause = (
  app: Library,
  actor: Actor,
  { id, code, reason }: { readonly id: string; readonly code: string; readonly reason: string },
): Promise<CauseDetail> =>
  write(app, actor, { id, operation: 'retire_cause', body: { code, reason } }, code, earlier => ({
    ...mustBeAdded(earlier, code),
    reason,
    retired: true,
  }))

function mustBeAdded(earlier: Cause | undefined, code: string): Cause {
  if (earlier) return earlier
  if (!Object.hasOwn(BUILT_IN_CAUSES, code)) throw causeUnknown(code)
  throw new Failure(
    'cause_built_in',
    {
      zh: `${code} 是程序自带的场景，不能修改：可新增一个更具体的场景`,
      en: `${code} comes with the program and cannot be changed: add a more particular one`,
    },
    { cause: code },
  )
}

async function write(
  app: Library,
  actor: Actor,
  request: { readonly id: string; readonly operation: string; readonly body: unknown },
  code: string,
  next: (earlier: Cause | undefined) => Omit<Cause, 'code' | 'version' | 'author' | 'authorName' | 'createdAt'>,
): Promise<CauseDetail> {
  const at = app.now()
  await app.db.transaction(tx =>
    once(tx, { ...request, actor: actor.id, at }, async () => {
      await store.holdCauses(tx)
      const added = await store.addedCauses(tx)
      const earlier = added.find(cause => cause.code === code)
      const ask = next(earlier)
      checkConditions(ask.conditions, new Set([...Object.keys(BUILT_IN_CAUSES), ...added.map(each => each.code)]))
      const cause: Cause = {
        ...ask,
        code,
        version: (earlier?.version ?? 0) + 1,
        author: actor.id,
        authorName: actor.name,
        createdAt: at,
      }
      await store.insertCause(tx, cause)
      await record(tx, at, actor, [
        {
          what: ask.retired ? 'cause.retire' : earlier ? 'cause.change' : 'cause.add',
          object: { kind: 'cause', id: code },
          ...(earlier ? { before: shown(earlier) } : {}),
          after: { ...shown(cause), reason: cause.reason },
        },
      ])
      return { version: cause.version }
    }),
  )
  return await readCause(app, actor, code, lastDays(at))
}

const shown = ({ version, conditions, priority, retired }: Cause) => ({
  version,
  conditions: conditions as unknown as Json,
  priority,
  retired,
})

/** What pages count by default. */
export const lastDays = (to: Date): Period => ({ from: new Date(to.getTime() - DAYS * 86_400_000), to })
const DAYS = 90
const TRIED_AT_MOST = 20_000
const EXAMPLES = 20

/**
 * What a cause would take, tried on open discrepancies and those of the last 90 days that the reader may see, beside the others in their order.
 * `code`: the page that it would replace. Throws cause_conditions_empty, cause_conditions_wrong.
 */
export async function tryCause(
  app: Library,
  actor: Actor,
  { code = '', conditions, priority }: { code?: string; conditions: Conditions; priority: number },
): Promise<TrialView> {
  const added = await store.addedCauses(app.db.pool)
  checkConditions(conditions, new Set([...Object.keys(BUILT_IN_CAUSES), ...added.map(each => each.code)]))
  const facts = await store.trialFacts(
    app.db.pool,
    actor.scopeOf('discrepancy.read'),
    lastDays(app.now()).from,
    TRIED_AT_MOST,
  )
  const zoneOf = await zones(app.db.pool, facts)
  const trial = { code, conditions, priority, retired: false } as Cause
  const now = inOrder(added)
  const then = inOrder([...added.filter(each => each.code !== code), trial])
  const counts = () => ({ open: 0, past: 0 })
  const [tried, held, takes] = [counts(), counts(), counts()]
  const [covering, taken] = [new Map<string, number>(), new Map<string, number>()]
  const examples: string[] = []
  const add = (of: Map<string, number>, cause: string) => of.set(cause, (of.get(cause) ?? 0) + 1)
  for (const each of facts) {
    const where = each.open ? 'open' : 'past'
    tried[where]++
    if (!holds(conditions, each, zoneOf(each))) continue
    held[where]++
    const winner = likelyCause(then, each, zoneOf(each))
    if (winner !== trial) {
      add(covering, winner?.code ?? '')
      continue
    }
    takes[where]++
    const before = likelyCause(now, each, zoneOf(each))?.code ?? each.cause
    if (before !== code) add(taken, before)
    if (examples.length < EXAMPLES) examples.push(String(each.id))
  }
  const list = (of: Map<string, number>) =>
    [...of].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count)
  return { tried, holds: held, takes, covered_by: list(covering), taken_from: list(taken), examples }
}

/** The zone of each row's channel by the rules of its day. */
async function zones(
  db: pg.Pool,
  facts: readonly { readonly businessDate: Day; readonly channel: string }[],
): Promise<(of: { readonly businessDate: Day; readonly channel: string }) => string> {
  const rules = new Map<Day, Awaited<ReturnType<typeof rulesOn>>['rules']>()
  for (const day of new Set(facts.map(({ businessDate }) => businessDate)))
    rules.set(day, (await rulesOn(db, day)).rules)
  return ({ businessDate, channel }) => {
    const found = rules.get(businessDate)
    if (!found) throw new Error(`no rules were read for ${businessDate}`)
    return rulesOf(found, channel).calendar.zone
  }
}

const APPLIED_AT_ONCE = 1_000

/** Holds the library against all open discrepancies anew, as runs do with what they find. Throws id_reused. */
export async function applyCauses(app: Library, actor: Actor, { id }: { readonly id: string }): Promise<Applied> {
  const at = app.now()
  return await onceAround(
    app,
    { id, operation: 'apply_causes', body: {}, actor: actor.id, at },
    async (): Promise<Applied> => {
      let [lookedAt, changed, after] = [0, 0, 0]
      for (;;) {
        const ids = await app.db.transaction(async tx => {
          const some = await store.lockOpen(tx, after, APPLIED_AT_ONCE)
          changed += await refineCauses(tx, some)
          return some
        })
        lookedAt += ids.length
        after = ids.at(-1) ?? after
        if (ids.length < APPLIED_AT_ONCE) break
      }
      await app.db.transaction(tx =>
        record(tx, at, actor, [
          { what: 'cause.apply', object: { kind: 'cause', id: 'library' }, after: { looked_at: lookedAt, changed } },
        ]),
      )
      return { looked_at: lookedAt, changed }
    },
  )
}
