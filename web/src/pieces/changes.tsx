import { Table } from 'antd'
import type { ReactNode } from 'react'
import { type Text, useText } from '../shell/text.ts'
import type { Change } from './compare.ts'
import { listed, spoken } from './phrases.ts'

/** A value as a person reads it. */
export function shown(value: unknown, t: Text): string {
  if (value === undefined || value === null || value === '') return '—'
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (Array.isArray(value))
    return value.every(each => typeof each !== 'object') ? listed(t, value.map(String)) || '—' : JSON.stringify(value)
  return spoken(t, String(value))
}

/** What changed: field, old, new. `nameOf` says a field's name to the reader. */
export function Changes({
  changes,
  nameOf,
  codeOf,
  titles,
}: {
  readonly changes: readonly Change[]
  readonly nameOf: (path: string) => ReactNode
  /** Says a code in words, where the field holds one. */
  readonly codeOf?: (path: string, value: unknown) => string | undefined
  readonly titles?: readonly [string, string]
}) {
  const t = useText()
  const [old, next] = titles ?? [t('原', 'Before'), t('新', 'After')]
  return (
    <Table<Change>
      size="small"
      rowKey="path"
      pagination={false}
      dataSource={changes as Change[]}
      columns={[
        { title: t('字段', 'Field'), render: (_, { path }) => nameOf(path), width: '32%' },
        {
          title: old,
          render: (_, { path, before }) => (
            <span className="value-old">{codeOf?.(path, before) ?? shown(before, t)}</span>
          ),
        },
        {
          title: next,
          render: (_, { path, after }) => <span className="value-new">{codeOf?.(path, after) ?? shown(after, t)}</span>,
        },
      ]}
    />
  )
}
