import { makeRandom } from '../storm/chance.ts'

/** All chance of a simulation, from its seed: each thing has a stream of its own, so that a change of one does not move the others. */
export class Dice {
  readonly #next: () => number

  constructor(seed: number, stream: string) {
    let index = 0
    for (const letter of stream) index = (Math.imul(index, 31) + letter.charCodeAt(0)) >>> 0
    this.#next = makeRandom(seed)(index)
  }

  /** From 0 to `below` - 1. */
  upTo(below: number): number {
    return Math.floor(this.#next() * below)
  }

  /** True with this probability. */
  says(probability: number): boolean {
    return this.#next() < probability
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('nothing to pick from')
    return from[this.upTo(from.length)] as T
  }
}
