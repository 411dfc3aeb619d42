import { LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import type { Row } from './titled.ts'
import { zoneOf } from './vocabulary.ts'

/**
 * More abbreviations that payment reports print. CST is not among them: it is US Central and China Standard Time; CDT is only
 * the former, as China has no summer time.
 */
const MORE: Readonly<Record<string, string>> = {
  CDT: '-05:00',
  AEST: '+10:00',
  AEDT: '+11:00',
  NZST: '+12:00',
  NZDT: '+13:00',
  EET: '+02:00',
  EEST: '+03:00',
  WET: '+00:00',
  WEST: '+01:00',
}

const zoneNamed = (word: string): string | null => zoneOf(word) ?? MORE[word.trim()] ?? null

/**
 * Local times whose zone stands in another column of the row (PST, CET, America/Los_Angeles). An abbreviation is the fixed
 * offset it stands for, in summer too.
 */
export class RowZones {
  /** Of the first row: what a report shows its times in. */
  readonly zone: string
  readonly #given: LocalClock
  readonly #clocks = new Map<string, LocalClock | null>()

  constructor(first: string, options: StatementOptions) {
    this.#given = new LocalClock(options.zone ?? 'Asia/Shanghai')
    this.zone = zoneNamed(first) ?? this.#given.zone
  }

  time<Key extends string>(row: Row<Key>, time: Key, zone: Key, text = row.text(time)): number {
    const word = row.text(zone)
    const clock = word === '' ? this.#given : this.#clockOf(word)
    if (clock !== null) return row.time(time, clock, text)
    row.fail(zone, 'zone_unknown', {
      zh: `时区“${word.slice(0, 40)}”无法识别，应为 PST、CET 或 America/Los_Angeles 这样的写法`,
      en: `the time zone "${word.slice(0, 40)}" is not known; one like PST, CET or America/Los_Angeles is expected`,
    })
    return 0
  }

  #clockOf(word: string): LocalClock | null {
    let clock = this.#clocks.get(word)
    if (clock === undefined) {
      const zone = zoneNamed(word)
      clock = zone === null ? null : new LocalClock(zone)
      // A file with a zone per row is damaged; it must not fill the memory.
      if (this.#clocks.size < 100) this.#clocks.set(word, clock)
    }
    return clock
  }
}
