import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { grouped } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import type { Counted } from './figures.ts'

/** Counts as bars, each a way to its rows: a list that is a picture. */
export function Bars({
  rows,
  nameOf,
  linkOf,
  empty,
}: {
  readonly rows: readonly Counted[]
  readonly nameOf: (key: string) => string
  readonly linkOf: (key: string) => string
  readonly empty: ReactNode
}) {
  const t = useText()
  const largest = Math.max(1, ...rows.map(row => row.count))
  if (rows.every(row => row.count === 0)) return <p className="bars-empty">{empty}</p>
  return (
    <ul className="bars">
      {rows.map(({ key, count, overdue }) => (
        <li key={key}>
          <Link to={linkOf(key)}>
            <span className="bars-name">{nameOf(key)}</span>
            <span className="bars-track" aria-hidden="true">
              <span className="bars-bar" style={{ width: `${(count * 100) / largest}%` }} />
            </span>
            <span className="bars-count">
              {overdue > 0 && <span className="bars-late">{t(`逾期 ${overdue}`, `${overdue} overdue`)}</span>}
              {grouped(String(count))}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
