import type { Stage } from './stage.ts'

/** A payer who keeps the page of one payment open the whole time. */
export type Watcher = {
  /** Whether the page said that the payment is booked, on the one connection it opened before the damage. */
  readonly told: () => boolean
  close(): void
}

export async function watchPayment(stage: Stage, paymentNo: string): Promise<Watcher> {
  const stop = new AbortController()
  const answer = await fetch(`${stage.platformUrl}/api/payments/${paymentNo}/progress`, { signal: stop.signal })
  let told = false
  const follow = async (): Promise<void> => {
    let text = ''
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString()
      if (/"step":"booked","done":true/.test(text)) told = true
    }
  }
  follow().catch(() => {}) // Cut, by us or by the platform: `told` says what it was good for.
  return { told: () => told, close: () => stop.abort() }
}
