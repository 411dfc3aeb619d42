import { Table } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../shell/text.ts'

export type Change = { readonly path: string; readonly before: unknown; readonly after: unknown }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Field by field what two states of a thing have; fields that are the same stay out unless there is nothing before. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (isRecord(before) || isRecord(after)) {
    const [old, next] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
    return [...new Set([...Object.keys(old), ...Object.keys(next)])].flatMap(name =>
      changesBetween(old[name], next[name], path === '' ? name : `${path}.${name}`),
    )
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}

/** A value as a person reads it. */
export function shown(value: unknown): ReactNode {
  if (value === undefined || value === null || value === '') return '—'
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (Array.isArray(value))
    return value.every(each => typeof each !== 'object') ? value.join('、') || '—' : JSON.stringify(value)
  return String(value)
}

/** What changed: field, old, new. `nameOf` says a field's name to the reader. */
export function Changes({
  changes,
  nameOf,
  titles,
}: {
  readonly changes: readonly Change[]
  readonly nameOf: (path: string) => ReactNode
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
      scroll={{ x: 'max-content' }}
      columns={[
        { title: t('字段', 'Field'), render: (_, { path }) => nameOf(path), width: 180 },
        { title: old, render: (_, { before }) => <span className="value-old">{shown(before)}</span> },
        { title: next, render: (_, { after }) => <span className="value-new">{shown(after)}</span> },
      ]}
    />
  )
}
