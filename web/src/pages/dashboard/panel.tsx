import type { ReactNode } from 'react'

export function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="day-panel dash-panel">
      <h2>{title}</h2>
      {children}
    </section>
  )
}
