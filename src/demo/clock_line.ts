import { createInterface } from 'node:readline'
import { addDays } from '../kernel/business_day.ts'
import type { DemoClock } from './clock.ts'
import { atTime, dayOf, localTime } from './day/stage.ts'

/** The next moment at which Beijing's clocks say `text` ("10:00"); null where it is no time of day. */
export function nextAt(text: string, now: Date): Date | null {
  const [, hours, minutes] = /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(text) ?? []
  if (hours === undefined) return null
  const time = `${hours.padStart(2, '0')}:${minutes}:00`
  const today = atTime(dayOf(now), time)
  return today > now ? today : atTime(addDays(dayOf(now), 1), time)
}

/** Whoever sits at the terminal moves the demo's clock forward by typing a time of day. Gives what ends it. */
export function takeTimes(clock: DemoClock, say: (zh: string, en: string) => void): () => void {
  const lines = createInterface({ input: process.stdin, terminal: false })
  lines.on('line', text => {
    const at = nextAt(text, clock.now())
    if (at === null) return void (text.trim() && say('请输入时刻，例如 10:00', 'type a time of day, such as 10:00'))
    clock.moveTo(at).then(
      () => say(`演示时间：${localTime(clock.now())}`, `the demo’s clock: ${localTime(clock.now())}`),
      (error: Error) => say(`时钟未拨动：${error.message}`, `the clock was not moved: ${error.message}`),
    )
  })
  return () => lines.close()
}
