import { Input, InputNumber, Select } from 'antd'
import { type ReactNode, useId } from 'react'
import { shown } from '../../pieces/changes.tsx'
import { listed } from '../../pieces/phrases.ts'
import { useText } from '../../shell/text.ts'
import type { Field } from './fields.ts'
import { Schedule } from './schedule.tsx'
import type { Fault } from './text.ts'
import { CHOICES } from './words.ts'

/** One field of the rules. `value` undefined: it is not written, and `holds` is what counts. */
export function FieldInput({
  field,
  value,
  holds,
  fault,
  change,
}: {
  readonly field: Field
  readonly value: unknown
  readonly holds: unknown
  readonly fault: Fault | null
  readonly change: (value: unknown) => void
}) {
  const t = useText()
  const id = useId()
  const words = (choice: string): string => t(CHOICES[choice] ?? { zh: choice, en: choice })
  const inherited = ((): string => {
    if (typeof holds === 'boolean') return holds ? t('是', 'Yes') : t('否', 'No')
    if (Array.isArray(holds) && field.kind === 'order')
      return listed(
        t,
        holds.map(each => words(String(each))),
      )
    if (field.kind === 'choice') return words(String(holds ?? ''))
    return holds === undefined || holds === null ? t('未设', 'Not set') : shown(holds, t)
  })()
  const input = ((): ReactNode => {
    switch (field.kind) {
      case 'text':
        return (
          <Input
            id={id}
            value={typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)}
            placeholder={inherited}
            status={fault ? 'error' : ''}
            onChange={event => change(event.target.value === '' ? undefined : event.target.value)}
          />
        )
      case 'count':
        return (
          <InputNumber
            id={id}
            style={{ width: '100%' }}
            value={typeof value === 'number' ? value : null}
            placeholder={inherited}
            precision={0}
            {...(field.least === undefined ? {} : { min: field.least })}
            {...(field.most === undefined ? {} : { max: field.most })}
            onChange={next => change(next ?? undefined)}
          />
        )
      case 'yes_no':
        return (
          <Select
            id={id}
            allowClear
            value={typeof value === 'boolean' ? String(value) : null}
            placeholder={inherited}
            onChange={next => change(next ? next === 'true' : undefined)}
            options={[
              { value: 'true', label: t('是', 'Yes') },
              { value: 'false', label: t('否', 'No') },
            ]}
          />
        )
      case 'choice':
        return (
          <Select
            id={id}
            allowClear
            value={typeof value === 'string' ? value : null}
            placeholder={inherited}
            onChange={next => change(next ?? undefined)}
            options={(field.choices ?? []).map(choice => ({ value: choice, label: words(choice) }))}
          />
        )
      case 'order':
        return (
          <Select
            id={id}
            mode="multiple"
            allowClear
            value={Array.isArray(value) ? value.map(String) : []}
            placeholder={inherited}
            onChange={next => change(next.length === 0 ? undefined : next)}
            options={(field.choices ?? []).map(choice => ({ value: choice, label: words(choice) }))}
          />
        )
      case 'days':
        return (
          <Select
            id={id}
            mode="tags"
            allowClear
            value={Array.isArray(value) ? value.map(String) : []}
            placeholder={inherited === '—' ? '2026-10-01' : inherited}
            tokenSeparators={[' ', ',', '，', '、']}
            onChange={next => change(next.length === 0 ? undefined : [...next].sort())}
          />
        )
      case 'schedule':
        return <Schedule steps={Array.isArray(value) ? value : []} change={change} />
    }
  })()
  const wide = field.kind === 'order' || field.kind === 'days' || field.kind === 'schedule'
  return (
    <div className={wide ? 'rule-field wide' : 'rule-field'}>
      <label htmlFor={id} className="field-title">
        {t(field.title)}
      </label>
      {input}
      {fault && <div className="wrong">{t(fault)}</div>}
    </div>
  )
}
