import type { Method } from './query.ts'

/** Something a person does: method, address and body of the request that does it, but for its id. */
export type Deed = {
  readonly method: Method
  readonly path: string
  readonly body?: object
  /** The route takes no id, because doing it twice does the same. */
  readonly bare?: boolean
  /** Makes all bodies one wish, of which no more than one may be done. Without it another body is another wish. */
  readonly wish?: string
}

export type Wishes = {
  /** The body to send, with the id of its wish. */
  readonly bodyOf: (deed: Deed) => object | undefined
  /** It was done, or its id is used up: what is asked for next is another wish. */
  readonly forget: (deed: Deed) => void
}

/** Ids of what was asked for and is not done yet, so that trying again repeats the same request. */
export function newWishes(newId: () => string): Wishes {
  const ids = new Map<string, string>()
  const wishOf = ({ method, path, body, wish }: Deed): string => wish ?? JSON.stringify([method, path, body])
  return {
    bodyOf: deed => {
      if (deed.bare) return deed.body
      const wish = wishOf(deed)
      const id = ids.get(wish) ?? newId()
      ids.set(wish, id)
      return { id, ...deed.body }
    },
    forget: deed => void ids.delete(wishOf(deed)),
  }
}
