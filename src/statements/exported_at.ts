import { narrow } from './amount_text.ts'
import type { LocalClock } from './local_time.ts'

const SAID = /^#?\s*导出时间:\s*\[?(\d{4})[年/-](\d{1,2})[月/-](\d{1,2})日?\s+(\d{1,2}):(\d{2}):(\d{2})/

/** Where a line of an Alipay bill says when it was made ("#导出时间：[2024年11月26日 05:12:03]"): epoch milliseconds, else NaN. */
export function exportedAt(line: string, clock: LocalClock): number {
  const [, year, month, day, hour, minute, second] = (SAID.exec(narrow(line)) ?? []).map(Number)
  if (year === undefined) return Number.NaN
  return clock.at(year * 10_000 + month! * 100 + day!, hour!, minute!, second!)
}
