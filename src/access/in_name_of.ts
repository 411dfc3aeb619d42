import type { Db } from './account_store.ts'
import type { Actor } from './actor.ts'
import { actorOfGrants, heldBy } from './actor_of_grants.ts'
import { askingOf } from './asking_store.ts'

/** Somebody's own job acts in his name, with what he may at this moment. null: he is suspended or gone. */
export async function inNameOf(db: Db, accountId: string): Promise<Actor | null> {
  const asking = await askingOf(db, accountId)
  if (asking?.state !== 'active') return null
  return actorOfGrants(asking, heldBy(asking), '', { address: '', device: '', requestId: '' })
}
