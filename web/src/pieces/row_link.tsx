import type { ReactNode } from 'react'
import { Link } from 'react-router'

/** A row that opens beside its list: `opened` is the one that stands there, `chosen` where the keyboard is. */
export function RowLink({
  to,
  opened,
  chosen,
  children,
}: {
  readonly to: string
  readonly opened: boolean
  readonly chosen: boolean
  readonly children: ReactNode
}) {
  return (
    <Link to={to} className={opened || chosen ? 'row-link chosen' : 'row-link'} aria-current={opened || undefined}>
      {children}
    </Link>
  )
}
