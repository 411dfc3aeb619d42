import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { notPermitted } from '../access/refusals.ts'
import { record } from '../audit/record.ts'
import type { App } from '../system/app.ts'
import { once } from '../system/requests.ts'
import type { VoucherView } from './api.ts'
import { findSeen, type Reviewing } from './operations.ts'
import { voucherView } from './views.ts'
import {
  isUploader,
  type Voucher,
  voucherName,
  vouchersTooMany,
  voucherType,
  voucherUnknown,
  WHOLE,
} from './voucher.ts'
import {
  countUploads,
  deleteUnusedVouchers,
  findVoucher,
  findVouchers,
  insertVoucher,
  reviewsOfVoucher,
  useVouchers,
  type VoucherUse,
  voucherPlace,
} from './voucher_store.ts'

const DAY_MS = 86_400_000

/**
 * Keeps a voucher, sealed. The same id and content give the same voucher. `mostPerDay`: of one account within 24 hours.
 * Throws what `voucherType` throws, vouchers_too_many, and id_reused.
 */
export async function uploadVoucher(
  app: App,
  actor: Actor,
  { id, name, content }: { readonly id: string; readonly name: string; readonly content: Buffer },
  mostPerDay = Number.POSITIVE_INFINITY,
): Promise<VoucherView> {
  const at = app.now()
  const mediaType = voucherType(content)
  const body = { name, sm3: createHash('sm3').update(content).digest('hex'), by: actor.id }
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'upload_voucher', body, actor: actor.id, at }, async () => {
      if (
        mostPerDay < Number.POSITIVE_INFINITY &&
        (await countUploads(tx, actor.accountId, new Date(at.getTime() - DAY_MS))) >= mostPerDay
      )
        throw vouchersTooMany(mostPerDay)
      const voucher: Voucher = {
        id: app.newId(),
        name: voucherName(name),
        mediaType,
        size: content.length,
        uploadedBy: actor.id,
        uploadedAccount: actor.accountId,
        uploadedAt: at,
      }
      await insertVoucher(tx, voucher, app.vault.seal(content, voucherPlace(voucher.id)))
      await record(tx, at, actor, [
        {
          what: 'voucher.upload',
          object: { kind: 'voucher', id: voucher.id },
          after: { media_type: mediaType, size: voucher.size },
        },
      ])
      return voucherView(voucher)
    }),
  )
}

/**
 * Its content, for whoever uploaded it, or sees a review that carries it and may see names whole; each reading is in the log.
 * Throws voucher_unknown, not_permitted.
 */
export async function readVoucher(app: App & Reviewing, actor: Actor, id: string): Promise<VoucherContent> {
  const found = await findVoucher(app.db.pool, id)
  if (!found) throw voucherUnknown(id)
  if (!isUploader(found, actor)) {
    if (!(await seesReviewOf(app, actor, found))) throw voucherUnknown(id)
    if (!actor.permissions.has(WHOLE)) throw notPermitted(actor.id, WHOLE)
  }
  return await openVoucher(app, actor, found)
}

/** Its content, for whom the caller lets see it; the reading is in the log. Throws voucher_unknown. */
export async function openUsedVoucher(app: App, actor: Actor, id: string): Promise<VoucherContent> {
  const found = await findVoucher(app.db.pool, id)
  if (!found) throw voucherUnknown(id)
  return await openVoucher(app, actor, found)
}

export type VoucherContent = { readonly voucher: Voucher; readonly content: Buffer }

async function openVoucher(
  app: App,
  actor: Actor,
  { sealed, ...voucher }: Voucher & { readonly sealed: Buffer },
): Promise<VoucherContent> {
  const content = app.vault.open(sealed, voucherPlace(voucher.id))
  await app.db.transaction(tx =>
    record(tx, app.now(), actor, [{ what: 'voucher.read', object: { kind: 'voucher', id: voucher.id } }]),
  )
  return { voucher, content }
}

/** One that the actor uploaded himself. Throws voucher_unknown. */
export async function readOwnVoucher(app: App, actor: Actor, id: string): Promise<VoucherContent> {
  const found = await findVoucher(app.db.pool, id)
  if (!found || !isUploader(found, actor)) throw voucherUnknown(id)
  return await openVoucher(app, actor, found)
}

/** Vouchers that the actor uploaded, taken by what he files. Throws voucher_unknown. */
export async function takeVouchers(
  tx: pg.ClientBase,
  actor: Actor,
  use: VoucherUse,
  ids: readonly string[],
): Promise<Voucher[]> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return []
  const found = await findVouchers(tx, wanted)
  for (const id of wanted) if (!found.some(one => one.id === id && isUploader(one, actor))) throw voucherUnknown(id)
  await useVouchers(tx, use, wanted)
  return found
}

async function seesReviewOf(app: Reviewing, actor: Actor, voucher: Voucher): Promise<boolean> {
  for (const reviewId of await reviewsOfVoucher(app.db.pool, voucher.id))
    if (await findSeen(app, actor, reviewId)) return true
  return false
}

const UNUSED_HOURS = 24

/** Vouchers that no request took within a day are forgotten. */
export const forgetVouchers = (app: App): Promise<number> =>
  deleteUnusedVouchers(app.db.pool, new Date(app.now().getTime() - UNUSED_HOURS * 3_600_000))
