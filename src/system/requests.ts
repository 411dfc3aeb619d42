import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import { askDigest, idReused } from './ask_digest.ts'
import type { Database } from './database.ts'

/** What JSON can hold: an answer is kept as such. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }

/** A call that changes something. */
export type Request = {
  /** Made by the caller. */
  readonly id: string
  /** Which operation was asked for, such as 'create_merchant'. */
  readonly operation: string
  /** All that was asked. */
  readonly body: unknown
  readonly actor: string
  readonly at: Date
}

export const REQUEST_ID = '^[A-Za-z0-9_.:-]{8,64}$'
const REQUEST_ID_PATTERN = new RegExp(REQUEST_ID)

/**
 * Does the work once for one id: the same id and body get the first answer again, without doing anything. Two at the same
 * time wait for each other; work that throws leaves no trace, so its id may be used again.
 * Throws Failure id_invalid; id_reused when the id was used for something else.
 */
export async function once<T extends Json>(tx: pg.ClientBase, request: Request, work: () => Promise<T>): Promise<T> {
  const { id, operation, actor, at } = request
  if (!REQUEST_ID_PATTERN.test(id)) throw idInvalid(id)
  const digest = askDigest(request.body)
  await tx.query("select pg_advisory_xact_lock(hashtextextended('request ' || $1, 0))", [id])
  const { rows } = await tx.query('select operation, ask_sm3, answer from requests where id = $1', [id])
  const earlier = rows[0]
  if (earlier) {
    if (earlier.operation !== operation || earlier.ask_sm3 !== digest) throw idReused(id)
    return earlier.answer
  }
  const answer = await work()
  await tx.query(
    'insert into requests (id, operation, ask_sm3, answer, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)',
    [id, operation, digest, JSON.stringify(answer), actor, at],
  )
  return answer
}

/**
 * As `once`, for work that talks to others and cannot be held in a transaction: the work must be safe to repeat, as two of the
 * same at one moment may both do it; they give the first answer that was kept.
 */
export async function onceAround<T extends Json>(
  { db }: { readonly db: Database },
  request: Request,
  work: () => Promise<T>,
): Promise<T> {
  const seen = await db.pool.query('select operation, ask_sm3, answer from requests where id = $1', [request.id])
  const earlier = seen.rows[0]
  if (earlier) {
    if (earlier.operation !== request.operation || earlier.ask_sm3 !== askDigest(request.body))
      throw idReused(request.id)
    return earlier.answer
  }
  const answer = await work()
  return await db.transaction(tx => once(tx, request, async () => answer))
}

const idInvalid = (id: string): Failure =>
  new Failure(
    'id_invalid',
    {
      zh: `请求编号“${id.slice(0, 80)}”无效：应为 8–64 位字母、数字或 _ . : -，由调用方生成`,
      en: `The request id "${id.slice(0, 80)}" is not valid: 8 to 64 letters, digits or _ . : - made by the caller are expected`,
    },
    { id },
  )
