import { setTimeout as sleep } from 'node:timers/promises'
import { type Acknowledged, bill } from './payments.ts'
import type { Stage } from './stage.ts'

/** An answer that was neither the work done nor a clear word to try again; what a client cannot handle. */
export type Unclear = { readonly status: number; readonly code: string; readonly retryAfter: string | null }

/** A client that issues one bill after the other, each with one number until it is acknowledged. */
export type Clerk = {
  readonly acknowledged: (Acknowledged & { readonly begunAt: number })[]
  /** Refusals by code: what the client saw during the failover. */
  readonly refusals: Map<string, number>
  readonly unclear: Unclear[]
  /** When the first bill that was begun after `at` was acknowledged; null after `ms`. */
  backSince(at: number, ms: number): Promise<number | null>
  stop(): Promise<void>
}

const PAUSE_MS = 50
const AGAIN_MS = 200
const PATIENCE_MS = 15_000

export function startClerk(stage: Stage): Clerk {
  const acknowledged: Clerk['acknowledged'] = []
  const refusals = new Map<string, number>()
  const unclear: Unclear[] = []
  let over = false
  const issue = async (no: string): Promise<void> => {
    const begunAt = Date.now()
    while (!over) {
      const answer = await ask(stage, no)
      if (answer.status === 200) return void acknowledged.push({ no, begunAt, at: Date.now() })
      refusals.set(answer.code, (refusals.get(answer.code) ?? 0) + 1)
      if (answer.status !== 503 || answer.retryAfter === null) unclear.push(answer)
      await sleep(AGAIN_MS)
    }
  }
  const loop = (async () => {
    for (let i = 0; !over; i++) {
      await issue(`C${i}`)
      await sleep(PAUSE_MS)
    }
  })()
  return {
    acknowledged,
    refusals,
    unclear,
    async backSince(at, ms) {
      for (const end = Date.now() + ms; Date.now() < end; await sleep(PAUSE_MS)) {
        const first = acknowledged.find(({ begunAt }) => begunAt > at)
        if (first) return first.at
      }
      return null
    },
    async stop() {
      over = true
      await loop
    },
  }
}

/** The platform's own process never goes away in a drill, so no answer at all is unclear as well. */
async function ask(stage: Stage, no: string): Promise<Unclear> {
  try {
    const answer = await fetch(`${stage.platformUrl}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stage.key}` },
      body: JSON.stringify(bill(no, 100)),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const body = (await answer.json()) as { error?: { code: string } }
    return { status: answer.status, code: body.error?.code ?? '', retryAfter: answer.headers.get('retry-after') }
  } catch (error) {
    return { status: 0, code: `no_answer ${(error as Error).name}`, retryAfter: null }
  }
}
