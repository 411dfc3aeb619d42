import { createHash } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { notPermitted } from '../access/refusals.ts'
import { record } from '../audit/record.ts'
import type { App } from '../system/app.ts'
import { once } from '../system/requests.ts'
import type { VoucherView } from './api.ts'
import { findSeen, type Reviewing } from './operations.ts'
import { voucherView } from './views.ts'
import { isUploader, type Voucher, voucherName, voucherType, voucherUnknown, WHOLE } from './voucher.ts'
import { deleteUnusedVouchers, findVoucher, insertVoucher, reviewsOfVoucher, voucherPlace } from './voucher_store.ts'

/** Keeps a voucher, sealed. The same id and content give the same voucher. Throws what `voucherType` throws, and id_reused. */
export async function uploadVoucher(
  app: App,
  actor: Actor,
  { id, name, content }: { readonly id: string; readonly name: string; readonly content: Buffer },
): Promise<VoucherView> {
  const at = app.now()
  const mediaType = voucherType(content)
  const body = { name, sm3: createHash('sm3').update(content).digest('hex'), by: actor.id }
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'upload_voucher', body, actor: actor.id, at }, async () => {
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
export async function readVoucher(
  app: App & Reviewing,
  actor: Actor,
  id: string,
): Promise<{ voucher: Voucher; content: Buffer }> {
  const found = await findVoucher(app.db.pool, id)
  if (!found) throw voucherUnknown(id)
  if (!isUploader(found, actor)) {
    if (!(await seesReviewOf(app, actor, found))) throw voucherUnknown(id)
    if (!actor.permissions.has(WHOLE)) throw notPermitted(actor.id, WHOLE)
  }
  const { sealed, ...voucher } = found
  const content = app.vault.open(sealed, voucherPlace(id))
  await app.db.transaction(tx =>
    record(tx, app.now(), actor, [{ what: 'voucher.read', object: { kind: 'voucher', id } }]),
  )
  return { voucher, content }
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
