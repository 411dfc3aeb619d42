const FORMATS = new Map<string, (epochMs: number) => string>()

/**
 * RFC 3339 with the zone's offset, in whole seconds: "2026-11-20T10:00:00+08:00" for Asia/Shanghai. People read the local
 * hour, programs the instant.
 */
export function instantText(at: Date, zone = 'Asia/Shanghai'): string {
  let format = FORMATS.get(zone)
  if (!format) {
    format = formatOf(zone)
    FORMATS.set(zone, format)
  }
  return format(at.getTime())
}

/** A zone's offset is looked up once an hour of time and not once a row. */
function formatOf(zone: string): (epochMs: number) => string {
  let hour = Number.NaN
  let shift = 0
  let offset = ''
  return epochMs => {
    const now = Math.floor(epochMs / 3_600_000)
    if (now !== hour) {
      hour = now
      const zoned = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone)
      shift = zoned.offsetNanoseconds / 1_000_000
      offset = zoned.offset
    }
    return new Date(epochMs + shift).toISOString().slice(0, 19) + offset
  }
}
