import type { Both } from '../shell/both.ts'

/** How long something took, in minutes, hours or days; null: nothing was measured. */
export function timeText(seconds: number | null): Both {
  if (seconds === null) return { zh: '—', en: '—' }
  const hours = seconds / 3600
  if (hours < 1)
    return { zh: `${Math.max(1, Math.round(seconds / 60))} 分`, en: `${Math.max(1, Math.round(seconds / 60))} min` }
  return hours < 48
    ? { zh: `${Math.round(hours)} 小时`, en: `${Math.round(hours)} h` }
    : { zh: `${Math.round(hours / 24)} 天`, en: `${Math.round(hours / 24)} d` }
}
