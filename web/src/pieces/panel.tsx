import { Typography } from 'antd'
import type { ReactNode } from 'react'

/** A framed part of a page under a head, by which it is also found. `said`: the head, where it says more than the part's name. */
export function Panel({ title, said = title, children }: PanelProps) {
  return (
    <section className="panel" aria-label={title}>
      <Typography.Title level={2} className="panel-title">
        {said}
      </Typography.Title>
      {children}
    </section>
  )
}

type PanelProps = { readonly title: string; readonly said?: ReactNode; readonly children: ReactNode }
