import { useRef } from 'react'
import { ask, newRequestId } from '../shell/api.ts'
import type { Method } from '../shell/query.ts'
import { changedHere, type Subject } from '../shell/reading.ts'

export type Act = <T>(method: Method, path: string, body?: object, options?: ActOptions) => Promise<T>
/** `bare`: the route takes no id, because doing it twice does the same. */
export type ActOptions = { readonly bare?: boolean }

/**
 * Does what a person asked for, for dialogs that show a refusal themselves. The same wish keeps its id until it was done, so that trying again repeats the same request;
 * another wish gets another. Throws Refused.
 */
export function useAct(changes: readonly Subject[]): Act {
  const wish = useRef({ content: '', id: '' })
  return async (method, path, body, { bare = false } = {}) => {
    const content = JSON.stringify([method, path, body])
    if (wish.current.content !== content) wish.current = { content, id: newRequestId() }
    const sent = bare ? body : { id: wish.current.id, ...body }
    const answer = await ask<never>(method, path, sent === undefined ? {} : { body: sent })
    wish.current = { content: '', id: '' }
    void changedHere(changes)
    return answer
  }
}
