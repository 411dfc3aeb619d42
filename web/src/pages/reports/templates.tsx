import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import type { DatasetList, TemplateList, TemplateView } from '../../../../src/reports/api.ts'
import { Failed, Loading } from '../../pieces/states.tsx'
import { useAddress } from '../../shell/address.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { type Text, useText } from '../../shell/text.ts'
import { Template } from './template.tsx'
import { TemplateEditor } from './template_editor.tsx'
import { STANDARD } from './words.ts'

export const nameOf = (template: Pick<TemplateView, 'template_id' | 'name'>, t: Text): string =>
  STANDARD[template.template_id] ? t(STANDARD[template.template_id] as { zh: string; en: string }) : template.name

/** Templates of the program and of the house; a house's own begin as copies. */
export function Templates() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const list = useRead<TemplateList>('reports', '/api/reports/templates')
  const datasets = useRead<DatasetList>('reports', '/api/reports/datasets')
  const error = list.error ?? datasets.error
  if (error) return <Failed error={error} />
  if (!list.data || !datasets.data) return <Loading rows={10} />
  const { templates } = list.data
  const shown = templates.find(({ template_id }) => template_id === address.get('template')) ?? templates[0]
  const edit = address.get('edit')
  if (edit !== '' && may('report.template'))
    return (
      <TemplateEditor
        key={edit}
        datasets={datasets.data}
        base={shown}
        changes={edit === 'change'}
        leave={id => address.set({ edit: null, ...(id ? { template: id } : {}) })}
      />
    )
  return (
    <div className="side-by-side">
      <nav className="panel pick-list" aria-label={t('报表模板', 'Templates')}>
        {templates.map(template => (
          <button
            key={template.template_id}
            type="button"
            aria-current={template.template_id === shown?.template_id || undefined}
            onClick={() => address.set({ template: template.template_id }, { step: true })}
          >
            {nameOf(template, t)}
            {template.version === null && <Tag>{t('内置', 'Built in')}</Tag>}
          </button>
        ))}
        {may('report.template') && (
          <Button type="dashed" icon={<PlusOutlined />} onClick={() => address.set({ edit: 'copy' }, { step: true })}>
            {t('新建模板', 'New template')}
          </Button>
        )}
      </nav>
      {shown && <Template key={shown.template_id} template={shown} datasets={datasets.data} />}
    </div>
  )
}
