import type { ReactNode } from 'react'

export type FactOf = { readonly name: string; readonly value: ReactNode }

/** Names and what they are, as many beside each other as there is room for. */
export function Facts({ of }: { readonly of: readonly FactOf[] }) {
  return (
    <dl className="facts">
      {of.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A part of a page with its heading. */
export function Part({
  title,
  extra,
  children,
}: {
  readonly title: string
  readonly extra?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="part">
      <div className="part-head">
        <h2>{title}</h2>
        {extra}
      </div>
      {children}
    </section>
  )
}
