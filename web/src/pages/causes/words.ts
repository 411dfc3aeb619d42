import type { StateLook } from '../../pieces/states.tsx'
import type { Both } from '../../shell/both.ts'

export const ORIGINS: Readonly<Record<string, StateLook>> = {
  built_in: { zh: '内置', en: 'Built in', colour: 'default' },
  added: { zh: '自定义', en: 'Of the house', colour: 'processing' },
  retired: { zh: '已停用', en: 'Retired', colour: 'default' },
}

export const shareText = (share: number | null): string => (share === null ? '—' : `${Math.floor(share * 100)}%`)

export function timeText(seconds: number | null): Both {
  if (seconds === null) return { zh: '—', en: '—' }
  const hours = seconds / 3600
  if (hours < 1)
    return { zh: `${Math.max(1, Math.round(seconds / 60))} 分`, en: `${Math.max(1, Math.round(seconds / 60))} min` }
  return hours < 48
    ? { zh: `${Math.round(hours)} 小时`, en: `${Math.round(hours)} h` }
    : { zh: `${Math.round(hours / 24)} 天`, en: `${Math.round(hours / 24)} d` }
}
