import { Button, Checkbox, Flex, Input, Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import type { Content, DatasetList, TemplateView } from '../../../../src/reports/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { columnsOpen, fieldName, fitting, groupsOpen, ordersOpen } from './content.ts'
import { FilterFields } from './filters.tsx'
import { PreviewTable } from './preview.tsx'
import { nameOf } from './templates.tsx'

type EditorProps = {
  readonly datasets: DatasetList
  readonly base: TemplateView | undefined
  /** A new version of the house's own template; otherwise a new one that begins as a copy. */
  readonly changes: boolean
  readonly leave: (templateId?: string) => void
}

/** What a report shows, with its first rows beneath as they would be. */
export function TemplateEditor({ datasets, base, changes, leave }: EditorProps) {
  const t = useText()
  const deed = useDeed<TemplateView>(['reports'])
  const first = datasets.datasets[0]
  const [name, setName] = useState(
    base === undefined ? '' : changes ? base.name : t(`${nameOf(base, t)} 副本`, `Copy of ${nameOf(base, t)}`),
  )
  const [content, setContent] = useState<Content>(
    base?.content ?? { dataset: first?.dataset ?? 'items', columns: [], filters: {}, group: [], order: [] },
  )
  const [saving, setSaving] = useState(false)
  const shown = useDeferredValue(content)
  const dataset = datasets.datasets.find(each => each.dataset === content.dataset)
  if (!dataset) return null
  const put = (change: Partial<Content>): void => {
    const next = { ...content, ...change }
    setContent(fitting(datasets.datasets.find(each => each.dataset === next.dataset) ?? dataset, next))
  }
  const options = (names: readonly string[]) => names.map(value => ({ value, label: t(fieldName(dataset, value)) }))
  const group = content.group ?? []
  const order = content.order?.[0]
  const save = async (reason: string): Promise<void> => {
    const body = { name: name.trim(), content, reason: reason.slice(0, 300) }
    const made =
      changes && base
        ? await deed.mutateAsync({ method: 'POST', path: `/api/reports/templates/${base.template_id}/versions`, body })
        : await deed.mutateAsync({ method: 'POST', path: '/api/reports/templates', body })
    leave(made.template_id)
  }
  const field = (id: string, title: string, input: React.ReactNode) => (
    <div className="rule-field wide">
      <label htmlFor={id} className="field-title">
        {title}
      </label>
      {input}
    </div>
  )
  return (
    <div className="stack">
      <Flex gap={8} wrap align="center" className="panel sticky-bar">
        <b style={{ flex: 1 }}>{changes ? t('修改模板', 'Change the template') : t('新建模板', 'New template')}</b>
        <Button onClick={() => leave()}>{t('返回', 'Back')}</Button>
        <Button type="primary" disabled={name.trim() === ''} onClick={() => setSaving(true)}>
          {t('保存', 'Save')}
        </Button>
      </Flex>
      <div className="panel rule-fields">
        {field(
          'template-name',
          t('名称', 'Name'),
          <Input id="template-name" value={name} maxLength={80} onChange={event => setName(event.target.value)} />,
        )}
        {field(
          'template-data',
          t('数据', 'Data'),
          <Select
            id="template-data"
            value={content.dataset}
            onChange={value => put({ dataset: value })}
            options={datasets.datasets.map(each => ({ value: each.dataset, label: t(each) }))}
          />,
        )}
        {field(
          'template-group',
          t('分组（其余字段为合计）', 'Grouped by; the other fields are then sums'),
          <Select
            id="template-group"
            mode="multiple"
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('不分组', 'Not grouped')}
            value={[...group]}
            onChange={value => put({ group: value })}
            options={options(groupsOpen(dataset))}
          />,
        )}
        {field(
          'template-columns',
          t('字段（按所选次序）', 'Fields, in the order they are chosen'),
          <Select
            id="template-columns"
            mode="multiple"
            showSearch={{ optionFilterProp: 'label' }}
            value={content.columns.map(each => each.field)}
            onChange={value =>
              value.length > 0 &&
              put({ columns: value.map(name => content.columns.find(each => each.field === name) ?? { field: name }) })
            }
            options={options(columnsOpen(dataset, group))}
          />,
        )}
        {field(
          'template-order',
          t('排序', 'Order'),
          <Flex gap={8} wrap align="center">
            <Select
              id="template-order"
              allowClear
              style={{ flex: '1 1 200px' }}
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={t('默认次序', 'The data’s own order')}
              value={order?.field ?? null}
              onChange={value => put({ order: value ? [{ field: value }] : [] })}
              options={options(ordersOpen(dataset, group))}
            />
            {order && (
              <Checkbox
                checked={order.descending ?? false}
                onChange={event => put({ order: [{ field: order.field, descending: event.target.checked }] })}
              >
                {t('从大到小', 'Largest first')}
              </Checkbox>
            )}
          </Flex>,
        )}
      </div>
      <FilterFields dataset={dataset} filters={content.filters ?? {}} change={filters => put({ filters })} />
      <div className="panel">
        <PreviewTable content={shown} />
      </div>
      <ReasonDialog
        open={saving}
        title={t('保存模板', 'Save the template')}
        confirm={t('保存', 'Save')}
        close={() => setSaving(false)}
        decide={save}
      />
    </div>
  )
}
