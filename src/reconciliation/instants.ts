/**
 * Reads RFC 3339 instants with an offset ("2026-11-20T08:30:00+08:00", "…:00.123Z") from bytes; null for anything else,
 * a time without an offset too: it could be any of 24 hours. Fractions below a millisecond are cut.
 * The date is worked out once per day, because a million rows share a few days.
 */
export function instantReader(): (bytes: Uint8Array, start: number, end: number) => number | null {
  let lastDate = -1
  let midnight = 0
  return (bytes, from, to) => {
    let start = from
    let end = to
    while (end > start && (bytes[end - 1] as number) <= 32) end--
    while (start < end && (bytes[start] as number) <= 32) start++
    if (end - start < 20) return null
    const digits = (at: number, count: number): number => {
      let value = 0
      for (let i = 0; i < count; i++) {
        const digit = (bytes[at + i] as number) - 48
        if (digit < 0 || digit > 9) return Number.NaN
        value = value * 10 + digit
      }
      return value
    }
    const year = digits(start, 4)
    const month = digits(start + 5, 2)
    const day = digits(start + 8, 2)
    const date = (year * 100 + month) * 100 + day
    if (date !== lastDate) {
      const utc = Date.UTC(year, month - 1, day)
      // Date rolls 31 June over into July.
      if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1) || new Date(utc).getUTCDate() !== day) return null
      lastDate = date
      midnight = utc
    }
    const separator = bytes[start + 10]
    if (
      bytes[start + 4] !== DASH ||
      bytes[start + 7] !== DASH ||
      (separator !== T && separator !== LOWER_T && separator !== 32)
    )
      return null
    const hour = digits(start + 11, 2)
    const minute = digits(start + 14, 2)
    const second = digits(start + 17, 2)
    if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON || !(hour < 24 && minute < 60 && second <= 60))
      return null
    let at = start + 19
    let millis = 0
    if (bytes[at] === POINT) {
      let scale = 100
      const first = ++at
      for (; at < end; at++) {
        const digit = (bytes[at] as number) - 48
        if (digit < 0 || digit > 9) break
        millis += Math.floor(digit * scale)
        scale /= 10
      }
      if (at === first) return null
    }
    const sign = bytes[at]
    let offset = 0
    if (sign === Z || sign === LOWER_Z) {
      if (at + 1 !== end) return null
    } else {
      if ((sign !== PLUS && sign !== DASH) || end - at !== 6 || bytes[at + 3] !== COLON) return null
      const hours = digits(at + 1, 2)
      const minutes = digits(at + 4, 2)
      if (!(hours < 24 && minutes < 60)) return null
      offset = (hours * 60 + minutes) * (sign === DASH ? -1 : 1)
    }
    return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millis
  }
}

const DASH = 45
const COLON = 58
const POINT = 46
const PLUS = 43
const T = 84
const LOWER_T = 116
const Z = 90
const LOWER_Z = 122
