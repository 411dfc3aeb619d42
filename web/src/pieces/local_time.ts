/** Times of the business are Beijing's, wherever the reader sits. */
const ZONE = 'Asia/Shanghai'
const PARTS = new Intl.DateTimeFormat('en-CA', {
  ...{ timeZone: ZONE, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
})

/** { day: '2026-11-26', time: '09:20:00' } in Beijing. */
export function localOf(at: string | Date): { readonly day: string; readonly time: string } {
  const part = Object.fromEntries(PARTS.formatToParts(new Date(at)).map(({ type, value }) => [type, value]))
  return { day: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}:${part.second}` }
}
