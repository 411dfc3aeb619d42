import type { Claimed, Inquiry, Medium, Outcome } from './message.ts'

/** A way to reach people. Neither call throws: what goes wrong is an outcome. */
export type Sender = {
  /** Hands one message to the provider. */
  send(message: Claimed, at: Date): Promise<Outcome>
  /** What became of a message handed over earlier; null: this provider cannot be asked. */
  readonly ask: ((message: Claimed, at: Date) => Promise<Inquiry>) | null
  /** Messages under way at the same time. */
  readonly lanes: number
  /** No answer after so many milliseconds is an unknown outcome. */
  readonly timeoutMs: number
  close(): Promise<void>
}

export type Senders = Partial<Readonly<Record<Medium, Sender>>>

/** What the provider knows the message by: each attempt has a name of its own. */
export const outId = ({ key, attempts }: Pick<Claimed, 'key' | 'attempts'>): string => `${key}.${attempts}`
