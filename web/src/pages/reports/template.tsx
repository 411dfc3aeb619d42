import { Button, Descriptions, Dropdown, Flex, Tag, Typography } from 'antd'
import { useState } from 'react'
import type { DatasetList, TemplateList, TemplateView } from '../../../../src/reports/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { listed, titled } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { fieldName, filterText } from './content.ts'
import { PreviewTable } from './preview.tsx'
import { ScheduleDialog } from './schedule_dialog.tsx'
import { nameOf } from './templates.tsx'
import { useExport } from './use_export.ts'
import { FORMATS } from './words.ts'

/** One template: what it shows, its first rows, exporting it now or again and again. */
export function Template({ template, datasets }: { readonly template: TemplateView; readonly datasets: DatasetList }) {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed(['reports'])
  const { start, busy } = useExport()
  const [archiving, setArchiving] = useState(false)
  const [planning, setPlanning] = useState(false)
  const own = template.version !== null
  const dataset = datasets.datasets.find(each => each.dataset === template.content.dataset)
  const name = nameOf(template, t)
  if (!dataset) return null
  const fields = (names: readonly string[]): string =>
    listed(
      t,
      names.map(each => t(fieldName(dataset, each))),
    )
  const { columns, filters = {}, group = [], order = [] } = template.content
  return (
    <section className="panel" aria-label={name}>
      <Flex justify="space-between" align="center" wrap gap={8} style={{ marginBottom: 12 }}>
        <Typography.Title level={2} className="panel-title" style={{ margin: 0 }}>
          {name} {own && <Tag>{t(`第 ${template.version} 版`, `Version ${template.version}`)}</Tag>}
        </Typography.Title>
        <Flex wrap gap={8}>
          {may('report.export') && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: Object.entries(FORMATS).map(([key, label]) => ({ key, label })),
                onClick: ({ key }) =>
                  void start({ format: key as 'xlsx', template: { template_id: template.template_id } }),
              }}
            >
              <Button type="primary" loading={busy}>
                {t('导出', 'Export')}
              </Button>
            </Dropdown>
          )}
          {may('report.template') && (
            <>
              {may('report.export') && (
                <Button onClick={() => setPlanning(true)}>{t('定时导出', 'Export regularly')}</Button>
              )}
              <Button onClick={() => address.set({ edit: own ? 'change' : 'copy' }, { step: true })}>
                {own ? t('修改', 'Change') : t('以此新建', 'Copy')}
              </Button>
              {own && (
                <Button danger onClick={() => setArchiving(true)}>
                  {t('停用', 'Archive')}
                </Button>
              )}
            </>
          )}
        </Flex>
      </Flex>
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: 1, label: t('数据', 'Data'), children: t(dataset) },
          { key: 2, label: t('字段', 'Fields'), children: fields(columns.map(({ field }) => field)) },
          {
            key: 3,
            label: t('条件', 'Filters'),
            children:
              Object.entries(filters)
                .map(([filter, value]) => {
                  const known = dataset.filters.find(each => each.filter === filter)
                  return titled(t, known ? t(known) : filter, filterText(value, t))
                })
                .join(t('；', '; ')) || '—',
          },
          ...(group.length > 0 ? [{ key: 4, label: t('分组', 'Grouped by'), children: fields(group) }] : []),
          ...(order.length > 0
            ? [{ key: 5, label: t('排序', 'Order'), children: fields(order.map(({ field }) => field)) }]
            : []),
          ...(template.reason ? [{ key: 6, label: t('理由', 'Why'), children: template.reason }] : []),
        ]}
      />
      <PreviewTable content={template.content} />
      {own && <Versions id={template.template_id} />}
      <ReasonDialog
        open={archiving}
        title={t(`停用模板“${name}”`, `Archive the template “${name}”`)}
        confirm={t('停用', 'Archive')}
        danger
        close={() => setArchiving(false)}
        decide={reason =>
          deed.mutateAsync({
            method: 'POST',
            path: `/api/reports/templates/${template.template_id}/archive`,
            body: { reason: reason.slice(0, 300) },
          })
        }
      />
      <ScheduleDialog open={planning} close={() => setPlanning(false)} templateId={template.template_id} name={name} />
    </section>
  )
}

function Versions({ id }: { readonly id: string }) {
  const t = useText()
  const { data } = useRead<TemplateList>('reports', `/api/reports/templates/${id}/versions`)
  if (!data || data.templates.length < 2) return null
  return (
    <section aria-label={t('版本', 'Versions')} style={{ marginTop: 16 }}>
      <Typography.Title level={3} className="panel-title">
        {t('版本', 'Versions')}
      </Typography.Title>
      <Listing<TemplateView>
        label={t('版本', 'Versions')}
        rows={data.templates}
        keyOf={({ version }) => version ?? 0}
        empty={null}
        columns={[
          { title: t('版本', 'Version'), head: true, right: true, render: ({ version }) => version },
          { title: t('名称', 'Name'), render: ({ name }) => name },
          { title: t('编写', 'By'), render: ({ author_name }) => author_name },
          { title: t('时间', 'At'), render: ({ at }) => <When at={at} whole /> },
          { title: t('理由', 'Why'), render: ({ reason }) => reason },
        ]}
      />
    </section>
  )
}
