import { useEffect, useState } from 'react'
import { useText } from '../../shell/text.ts'
import { leftWords, pressOf } from './countdown.ts'

const TICK_MS = 30_000

/** Counts down from what the platform said when it was read; the device's own clock only measures the time since. */
export function Left({ seconds, readAt }: { readonly seconds: number; readonly readAt: number }) {
  const t = useText()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  const left = seconds - Math.max(0, now - readAt) / 1000
  const press = pressOf(left)
  const words = t(leftWords(left))
  return press === 'fine' ? (
    <span>{words}</span>
  ) : (
    <strong className={press === 'over' ? 'wrong' : 'soon'}>{words}</strong>
  )
}
