import type { Database } from '../../system/database.ts'
import { type AccountDay, closedDays } from './day_store.ts'
import { proveDay } from './proof_store.ts'

/** `held`: days whose proof still holds, with the totals that it was closed with. `broken`: those it does not hold for. */
export type Reproved = { readonly held: number; readonly broken: readonly AccountDay[] }

/** Proves all closed days anew from the books as they are, reading only: for a database that was restored or that went through a failover. */
export async function reproveClosedDays(db: Database, at: Date): Promise<Reproved> {
  return await db.transaction(async tx => {
    await tx.query('set transaction isolation level repeatable read, read only')
    const broken: AccountDay[] = []
    let held = 0
    for (const day of await closedDays(tx)) {
      const proof = await proveDay(tx, day.id, at)
      const same = Object.entries(day.proof?.byCurrency ?? {}).every(
        ([currency, { ours, theirs }]) =>
          proof.byCurrency[currency]?.ours === ours && proof.byCurrency[currency]?.theirs === theirs,
      )
      if (proof.ok && same) held++
      else broken.push({ channel: day.channel, account: day.account, day: day.day })
    }
    return { held, broken }
  })
}
