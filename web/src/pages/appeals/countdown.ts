import type { Both } from '../../shell/both.ts'

/** Hours and minutes that are left, or that it is over: seconds as the platform counts them. Pure. */
export function leftWords(seconds: number): Both {
  const size = Math.abs(Math.trunc(seconds))
  const [days, hours, minutes] = [Math.floor(size / 86_400), Math.floor(size / 3600) % 24, Math.floor(size / 60) % 60]
  const zh = days > 0 ? `${days} 天 ${hours} 小时` : hours > 0 ? `${hours} 小时 ${minutes} 分` : `${minutes} 分钟`
  const en = days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`
  return seconds <= 0 ? { zh: `超时 ${zh}`, en: `${en} overdue` } : { zh: `剩 ${zh}`, en: `${en} left` }
}

/** How pressing it is: over, or within the last hours in which a reminder goes out. */
export const pressOf = (seconds: number): 'over' | 'soon' | 'fine' =>
  seconds <= 0 ? 'over' : seconds <= 4 * 3600 ? 'soon' : 'fine'
