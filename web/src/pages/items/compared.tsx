import { Table, Tag } from 'antd'
import type { ItemDetail } from '../../../../src/reconciliation/items/api.ts'
import { statusName } from '../../../../src/reports/words.ts'
import { Money, Num, When } from '../../pieces/values.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { comparison, type FieldPair } from './comparison.ts'
import { causeWords, fieldWords, kindWords } from './looks.ts'

/** Ours against theirs, field by field, with what differs marked by a word and not by its colour alone. */
export function Compared({ detail }: { readonly detail: ItemDetail }) {
  const t = useText()
  const rows = comparison(detail)
  const noLine = detail.lines.length === 0
  return (
    <Table<FieldPair>
      className="item-compared"
      size="small"
      pagination={false}
      rowKey="field"
      dataSource={rows}
      columns={[
        { title: t('项目', 'Field'), dataIndex: 'field', render: (field: string) => t(fieldWords(field)) },
        {
          title: t('平台（应有）', 'Ours (expected)'),
          render: (_, { field, ours }) => <Value field={field} text={ours} currency={detail.currency} />,
        },
        {
          title: noLine ? t('渠道（未见）', 'Theirs (nothing found)') : t('渠道（实有）', 'Theirs (found)'),
          render: (_, { field, theirs, differs }) => (
            <>
              <Value field={field} text={theirs} currency={detail.lines[0]?.currency ?? detail.currency} />{' '}
              {differs && <Tag color="error">{t('不符', 'differs')}</Tag>}
            </>
          ),
        },
      ]}
    />
  )
}

function Value({
  field,
  text,
  currency,
}: {
  readonly field: string
  readonly text: string
  readonly currency: string
}) {
  const t = useText()
  const lang = useLang()
  if (text === '') return <>—</>
  if (field === 'amount' || field === 'difference' || field === 'fee')
    return <Money amount={text} currency={currency} />
  if (field === 'occurred_at') return <When at={text} />
  if (field === 'state') return <>{statusName(text, lang)}</>
  if (field === 'kind') return <>{t(kindWords(text))}</>
  if (field === 'anomalies')
    return (
      <>
        {text
          .split(' ')
          .map(each => t(causeWords(each)))
          .join(t('、', ', '))}
      </>
    )
  return <Num>{text}</Num>
}
