import { hash } from 'node:crypto'
import type { Channels } from '../../src/channels/channel.ts'
import { addDays } from '../../src/kernel/business_day.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { calm, crashes, strikeAt, strikes } from './breaker.ts'
import { SimulatedChannel } from './channel.ts'
import { Dice } from './dice.ts'
import { House } from './house.ts'
import { brokenAfter } from './invariants.ts'
import { changeRules, playMorning, playPayers, setUp } from './play.ts'
import type { Stage, Truth } from './stage.ts'

export type SimulationOptions = {
  readonly seed: number
  readonly days: number
  readonly paymentsADay: number
  readonly tell?: ((text: string) => void) | undefined
}

export type Simulation = {
  readonly seed: number
  readonly days: number
  readonly closed: number
  readonly movements: number
  readonly lines: number
  readonly discrepancies: number
  readonly restated: number
  /** Strikes of the breaker, how many of them ended the database, and how many a new platform was needed after. */
  readonly strikes: number
  readonly crashes: number
  readonly revived: number
  /** What must never be and was, with the day after which it was seen; the simulation ends there. */
  readonly broken: readonly string[]
  /** Of both books and where each row ended up: the same for the same seed. */
  readonly digest: string
}

/** A Monday. */
const FIRST = '2027-03-01'
/** Statements between one strike and the next, at most. */
const STRIKE_WITHIN = 1_500
const RULES_EVERY_DAYS = 9

/**
 * Days of the whole platform in one process on a real PostgreSQL, with time, chance and faults from a seed: payers, lost and doubled and forged notices, refunds, late and
 * misprinted and restated statements, people at work, changes of the rules, and the platform, its connections or the database dying at any statement. After each day everything that must
 * hold is checked; a seed that breaks something does so again. The server must be nobody else's: it is crashed.
 */
export async function simulate({ seed, days, paymentsADay, tell = () => {} }: SimulationOptions): Promise<Simulation> {
  let time = Date.parse(`${FIRST}T08:00:00+08:00`)
  // Two things never happen in the same millisecond.
  const now = (): Date => new Date(time++)
  const clock = {
    to(instant: string) {
      time = Math.max(time, Date.parse(instant))
    },
  }
  const dice = (stream: string): Dice => new Dice(seed, stream)
  const channels = (['wechat', 'alipay'] as const).map(name => new SimulatedChannel(name, dice(name), now))
  const truth: Truth = { spoiled: new Set(), stated: new Map(), restated: { count: 0 }, dropped: new Set() }
  const before = { strikes: strikes(), crashes: crashes() }
  const house = await House.open(channelsOf(channels), { now, wait: seconds => void (time += seconds * 1000) })
  try {
    const stage: Stage = { house, channels, dice, clock, truth }
    await setUp(stage)
    await house.addViewer()
    let broken: string[] = []
    let day = FIRST
    let played = 0
    for (; played < days && broken.length === 0; played++) {
      day = addDays(FIRST, played)
      const chance = dice(`strikes ${day}`)
      const worse = dice(`crashes ${day}`)
      const kind = () => (chance.says(0.6) ? 'platform' : worse.says(0.5) ? 'database' : 'connections')
      if (chance.says(0.7)) strikeAt(kind(), 1 + chance.upTo(STRIKE_WITHIN))
      await playPayers(stage, day, paymentsADay)
      if (chance.says(0.5)) strikeAt(kind(), 1 + chance.upTo(STRIKE_WITHIN))
      await playMorning(stage, day)
      if (played % RULES_EVERY_DAYS === RULES_EVERY_DAYS - 1) await changeRules(stage, day)
      calm()
      broken = (await brokenAfter(house, channels, truth, day)).map(what => `after ${day}: ${what}`)
      tell(`seed ${seed}, ${day}: ${broken.length === 0 ? 'all holds' : broken.join('\n  ')}`)
    }
    return {
      ...(await countsOf(house)),
      ...{
        seed,
        days: played,
        restated: truth.restated.count,
        strikes: strikes() - before.strikes,
        crashes: crashes() - before.crashes,
        revived: house.revived,
        broken,
      },
    }
  } catch (error) {
    throw new Error(`seed ${seed} broke off at ${now().toISOString()}: ${(error as Error).message}`, { cause: error })
  } finally {
    await house.close()
  }
}

async function countsOf({ watch }: House) {
  const { rows } = await watch.query(
    `select (select count(*) from days where state = 'closed')::int as closed, (select count(*) from movements)::int as movements,
            (select count(*) from statement_lines)::int as lines, (select count(*) from discrepancies)::int as discrepancies`,
  )
  const { rows: books } = await watch.query<{ said: string }>(
    `select m.order_no || ' ' || m.kind || ' ' || m.amount || ' ' || coalesce((select l.amount || ' ' || k.pass from match_links k join statement_lines l on l.id = k.line_id
              where k.order_no = m.order_no and k.movement_id = m.id), '-') as said from movements m
     union all
     select 'line ' || l.business_date || ' ' || l.amount || ' ' || l.kind from statement_lines l
     union all
     select 'discrepancy ' || x.kind || ' ' || x.state || ' ' || x.cause from discrepancies x
      order by 1`,
  )
  return { ...rows[0], digest: hash('sha256', books.map(({ said }) => said).join('\n')).slice(0, 16) }
}

const channelsOf = (all: readonly SimulatedChannel[]): Channels => ({
  all,
  account: name => found(all.find(channel => channel.account === name)),
  offering: (channel, method) => found(all.find(one => one.name === channel && one.methods.includes(method))),
})

function found(channel: SimulatedChannel | undefined): SimulatedChannel {
  if (channel) return channel
  throw new Failure('channel_account_unknown', { zh: '没有这个渠道', en: 'no such channel' })
}
