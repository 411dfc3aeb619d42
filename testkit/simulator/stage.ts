import type { SimulatedChannel } from './channel.ts'
import type { Dice } from './dice.ts'
import type { Answer, House } from './house.ts'

/** What the simulation knows to be true, for the checks after each day. */
export type Truth = {
  /** Payments (by our number) of which a statement said something else, or that were paid twice: only these may be discrepancies. */
  readonly spoiled: Set<string>
  /** By `account/day`: the statement's rows by the version that counts, each with its amount in fen. A row that two days list is one. */
  readonly stated: Map<string, ReadonlyMap<string, number>>
  readonly restated: { count: number }
  /** Payments that two days listed, and one does not any more. */
  readonly dropped: Set<string>
}

export type Stage = {
  readonly house: House
  readonly channels: readonly SimulatedChannel[]
  readonly dice: (stream: string) => Dice
  readonly clock: { to(instant: string): void }
  readonly truth: Truth
}

/** An instant of a day in the channels' zone. */
export const at = (day: string, time: string): string => `${day}T${time}+08:00`

/** An answer that must be one. */
export function held(answer: Answer): Answer {
  if (answer.status !== 200) throw new Error(`refused: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}
