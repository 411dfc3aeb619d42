import { Flex, Input, Select } from 'antd'
import { Days } from '../../pieces/days.tsx'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import type { Dataset, Filters, FilterValue } from './content.ts'
import { PERIODS, VALUES } from './words.ts'

/** The conditions of a report, each by its kind. An empty one does not filter. */
export function FilterFields({
  dataset,
  filters,
  change,
}: {
  readonly dataset: Dataset
  readonly filters: Filters
  readonly change: (filters: Filters) => void
}) {
  const t = useText()
  const put = (name: string, value: FilterValue | undefined): void => {
    const { [name]: _, ...rest } = filters
    change(value === undefined || value === '' ? rest : { ...rest, [name]: value })
  }
  return (
    <section className="panel" aria-label={t('条件', 'Filters')}>
      <div className="rule-fields">
        {dataset.filters.map(filter => (
          <div key={filter.filter} className={filter.kind === 'dates' ? 'rule-field wide' : 'rule-field'}>
            <label htmlFor={`filter-${filter.filter}`} className="field-title">
              {t(filter)}
            </label>
            {filter.kind === 'dates' ? (
              <DatesFilter
                id={`filter-${filter.filter}`}
                value={filters[filter.filter]}
                change={value => put(filter.filter, value)}
              />
            ) : filter.kind === 'any' ? (
              <AnyFilter
                id={`filter-${filter.filter}`}
                values={filter.filter === 'channel' ? Object.keys(CHANNEL_NAMES) : filter.values}
                value={filters[filter.filter]}
                change={value => put(filter.filter, value)}
              />
            ) : (
              <Input
                id={`filter-${filter.filter}`}
                allowClear
                inputMode={filter.kind === 'least' ? 'decimal' : 'text'}
                placeholder={filter.kind === 'least' ? '5000.00' : ''}
                value={typeof filters[filter.filter] === 'string' ? (filters[filter.filter] as string) : ''}
                onChange={event => put(filter.filter, event.target.value.trim())}
              />
            )}
          </div>
        ))}
      </div>
    </section>
  )
}

type OneProps = {
  readonly id: string
  readonly value: FilterValue | undefined
  readonly change: (value: FilterValue | undefined) => void
}

const OWN = 'own'

/** A period by name, which moves with the day of the report, or fixed days. */
function DatesFilter({ id, value, change }: OneProps) {
  const t = useText()
  const fixed = typeof value === 'object' && !Array.isArray(value) ? value : undefined
  return (
    <Flex wrap gap={8}>
      <Select
        id={id}
        allowClear
        style={{ width: 180 }}
        placeholder={t('不限', 'Any')}
        value={fixed ? OWN : typeof value === 'string' ? value : null}
        onChange={next => {
          if (next !== OWN) return change(next ?? undefined)
          const today = new Date().toISOString().slice(0, 10)
          change({ from: today, to: today })
        }}
        options={[
          ...Object.entries(PERIODS).map(([period, both]) => ({ value: period, label: t(both) })),
          { value: OWN, label: t('固定日期', 'Fixed days') },
        ]}
      />
      {fixed && (
        <Days
          id={`${id}-from`}
          from={fixed.from}
          to={fixed.to}
          change={days => days.from !== '' && days.to !== '' && change(days)}
        />
      )}
    </Flex>
  )
}

function AnyFilter({ id, value, change, values }: OneProps & { readonly values: readonly string[] }) {
  const t = useText()
  return (
    <Select
      id={id}
      mode={values.length > 0 ? 'multiple' : 'tags'}
      allowClear
      placeholder={t('不限', 'Any')}
      value={Array.isArray(value) ? value : []}
      onChange={next => change(next.length === 0 ? undefined : next)}
      options={values.map(each => ({ value: each, label: t(VALUES[each] ?? { zh: each, en: each }) }))}
    />
  )
}
