import { Failure } from '../kernel/failure.ts'
import type { StatementFile } from '../statements/file_store.ts'
import { nextCheck, nextTry, type Schedule } from './schedule.ts'
import type { Arrival, ArrivalState, Trouble } from './store.ts'

/** What a try brought, and what follows of it. Pure. */

export type Outcome =
  | { readonly state: 'file'; readonly file: Pick<StatementFile, 'id' | 'state' | 'problems'> }
  | { readonly state: 'empty' }
  | { readonly state: 'not_published' }
  | { readonly state: 'failed'; readonly error: Trouble }

export type Following = {
  /** null: it stays as it is. */
  readonly state: ArrivalState | null
  readonly error: Trouble | null
  readonly nextTryAt: Date | null
  readonly fileId: number | null
}

/** A day whose statement is there is not made to lack it again by a later look that brings nothing, or the wrong thing. */
export function follow(arrival: Arrival, outcome: Outcome, at: Date, schedule: Schedule, fetched: boolean): Following {
  const there = arrival.state === 'arrived' || arrival.state === 'empty'
  const again = fetched ? nextTry(arrival.attempts, at, arrival.alertAt, schedule) : null
  const check = fetched ? nextCheck(at, arrival.expectedAt, schedule) : null
  const stays: Following = { state: null, error: null, nextTryAt: check, fileId: null }
  if (outcome.state === 'file') {
    const { id, state, problems } = outcome.file
    if (state === 'booked') return { state: 'arrived', error: null, nextTryAt: check, fileId: id }
    if (there) return stays
    if (state === 'awaiting_acceptance')
      return { state: 'awaiting_acceptance', error: null, nextTryAt: null, fileId: id }
    return { state: 'refused', error: refusalOf(problems), nextTryAt: again, fileId: id }
  }
  if (there) return stays
  // A person decides about what came.
  if (arrival.state === 'awaiting_acceptance') return { ...stays, nextTryAt: null }
  if (outcome.state === 'empty') return { state: 'empty', error: null, nextTryAt: check, fileId: null }
  const error = outcome.state === 'failed' ? outcome.error : null
  return { state: outcome.state, error, nextTryAt: again, fileId: null }
}

/** The first thing that is wrong with a refused file. */
export function refusalOf(problems: StatementFile['problems']): Trouble {
  const found = problems.find(({ severity, record }) => severity === 'error' && record === null) ?? problems[0]
  if (found) return { code: found.code, zh: found.zh, en: found.en }
  return {
    code: 'statement_refused',
    zh: '文件自身的合计与记录不符，未记账：请重新获取',
    en: 'The file’s own totals do not fit its records, nothing is booked: fetch it again',
  }
}

/** What could not be brought or read. A channel that answers "no bill" in place of a file says that there is nothing to state. */
export function outcomeOfError(error: unknown): Outcome | null {
  if (!(error instanceof Failure)) return null
  if (error.code === 'statement_none') return { state: 'empty' }
  return { state: 'failed', error: { code: error.code, zh: error.zh, en: error.en } }
}

export const channelFailed = (reason: string): Trouble => ({
  code: 'statement_download_failed',
  zh: `向渠道下载对账单失败（${reason}）：稍后自动重试，也可手工上传`,
  en: `The statement could not be downloaded (${reason}): it is tried again by itself, and may be uploaded by hand`,
})
