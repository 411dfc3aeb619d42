import { Table } from 'antd'
import type { FileDetail } from '../../../../src/arrivals/api.ts'
import { State } from '../../pieces/states.tsx'
import { Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'

const LOOKS = {
  true: { zh: '相符', en: 'Agrees', colour: 'success' },
  false: { zh: '不符', en: 'Differs', colour: 'error' },
} as const

/** Every total that the file states, beside what its records come to. */
export function Controls({ controls }: { readonly controls: FileDetail['controls'] }) {
  const t = useText()
  if (controls.length === 0)
    return <p className="quiet">{t('文件没有写合计，无法由它自己证明', 'The file states no totals to prove it by')}</p>
  return (
    <Table
      size="small"
      pagination={false}
      scroll={{ x: 'max-content' }}
      rowKey="name"
      dataSource={controls.map((control, index) => ({ ...control, name: `${control.name}`, key: index }))}
      columns={[
        { title: t('合计', 'Total'), dataIndex: 'name' },
        { title: t('文件所写', 'Stated'), align: 'right', render: (_, each) => <Money amount={each.stated} /> },
        { title: t('逐条算出', 'Computed'), align: 'right', render: (_, each) => <Money amount={each.computed} /> },
        { title: '', render: (_, each) => <State of={String(each.ok)} looks={LOOKS} /> },
      ]}
    />
  )
}
