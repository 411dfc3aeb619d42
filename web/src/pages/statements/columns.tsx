import { Flex, Input, Select, Tag } from 'antd'
import type { InspectView } from '../../../../src/arrivals/api.ts'
import { fieldText } from '../../../../src/statements/field_words.ts'
import { FIELDS, type Field } from '../../../../src/statements/statement.ts'
import { useLang, useText } from '../../shell/text.ts'
import type { Reading, Said } from './said.ts'
import { SURE } from './said.ts'

const LEFT_OUT = '-'

/** Every column with its proposed meaning and how sure that is; a person's word beats it and the file is read anew. */
export function Columns({
  seen,
  said,
  say,
  reading,
  read,
  busy,
  fixed,
}: {
  readonly seen: InspectView
  readonly said: Said
  readonly say: (said: Said) => void
  readonly reading: Reading
  readonly read: (reading: Reading) => void
  readonly busy: boolean
  readonly fixed: boolean
}) {
  const t = useText()
  const lang = useLang()
  const options = [
    ...FIELDS.map(field => ({ value: field as string, label: fieldText(field, lang) })),
    { value: LEFT_OUT, label: t('不用这一列', 'Leave it out') },
  ]
  return (
    <>
      {!fixed && <HowRead reading={reading} read={read} busy={busy} />}
      <div className="columns-said">
        {seen.columns.map((column, index) => {
          const mine = index in said
          const field = mine ? (said[index] ?? null) : (column.field as Field | null)
          const sample = samplesOf(seen, index)
          const unsure = !mine && !fixed && column.confidence < SURE
          const key = `${index} ${column.header}`
          return (
            <div key={key} className={unsure ? 'column-said unsure' : 'column-said'}>
              <Flex justify="space-between" gap={8} align="center">
                <label htmlFor={`column-${index}`}>
                  <strong>{column.header}</strong>
                </label>
                {mine ? (
                  <Tag color="processing">{t('您指定', 'you said so')}</Tag>
                ) : (
                  column.field !== null && (
                    <Tag
                      color={unsure ? 'warning' : 'success'}
                    >{`${t('把握', 'sure')} ${Math.round(column.confidence * 100)}%`}</Tag>
                  )
                )}
              </Flex>
              {sample !== '' && <code title={sample}>{sample}</code>}
              {fixed ? (
                <div>{field === null ? t('不用', 'not used') : fieldText(field, lang)}</div>
              ) : (
                <Select
                  id={`column-${index}`}
                  style={{ width: '100%', marginTop: 6 }}
                  showSearch={{ optionFilterProp: 'label' }}
                  disabled={busy}
                  value={field ?? (mine ? LEFT_OUT : null)}
                  placeholder={t('没认出，请选择', 'Not known: choose')}
                  options={options}
                  onChange={(value: string) => say({ ...said, [index]: value === LEFT_OUT ? null : (value as Field) })}
                />
              )}
            </div>
          )
        })}
      </div>
    </>
  )
}

/** What stands in a column of the first rows, where the file's cells are shown. */
const samplesOf = ({ cells }: InspectView, column: number): string =>
  (cells ?? [])
    .map(row => row[column] ?? '')
    .filter(cell => cell !== '')
    .slice(0, 3)
    .join(' · ')

function HowRead({
  reading,
  read,
  busy,
}: {
  readonly reading: Reading
  readonly read: (reading: Reading) => void
  readonly busy: boolean
}) {
  const t = useText()
  return (
    <Flex gap={8} wrap style={{ marginBottom: 12 }}>
      <Input
        aria-label={t('币种', 'Currency')}
        placeholder={t('币种，如 CNY', 'Currency, such as CNY')}
        maxLength={3}
        style={{ width: 170 }}
        disabled={busy}
        defaultValue={reading.currency}
        onChange={event => {
          const currency = event.target.value.toUpperCase()
          if (currency === '' || /^[A-Z]{3}$/.test(currency)) read({ ...reading, currency })
        }}
      />
      <Select
        allowClear
        aria-label={t('日期的写法', 'How dates are written')}
        placeholder={t('日期的写法', 'How dates are written')}
        style={{ width: 190 }}
        disabled={busy}
        value={reading.date_order || null}
        onChange={value => read({ ...reading, date_order: value ?? '' })}
        options={[
          { value: 'ymd', label: t('年-月-日', 'year-month-day') },
          { value: 'dmy', label: t('日/月/年', 'day/month/year') },
          { value: 'mdy', label: t('月/日/年', 'month/day/year') },
        ]}
      />
      <Select
        allowClear
        aria-label={t('小数点', 'Decimal sign')}
        placeholder={t('小数点', 'Decimal sign')}
        style={{ width: 150 }}
        disabled={busy}
        value={reading.decimal || null}
        onChange={value => read({ ...reading, decimal: value ?? '' })}
        options={[
          { value: '.', label: '1,234.56' },
          { value: ',', label: '1.234,56' },
        ]}
      />
    </Flex>
  )
}
