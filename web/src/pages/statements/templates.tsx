import { Collapse } from 'antd'
import type { TemplateList } from '../../../../src/arrivals/api.ts'
import { fieldText } from '../../../../src/statements/field_words.ts'
import { FIELDS } from '../../../../src/statements/statement.ts'
import { Failed } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useLang, useText } from '../../shell/text.ts'

/** Layouts that are known already: who confirmed each, and what its columns mean. */
export function KnownLayouts() {
  const t = useText()
  const { data, error } = useRead<TemplateList>('statements', '/api/statement-templates')
  if (error) return <Failed error={error} />
  if (!data || data.templates.length === 0) return null
  return (
    <section style={{ marginTop: 16 }}>
      <h2 className="templates-head">{t('已确认的格式', 'Known layouts')}</h2>
      <Collapse
        items={data.templates.map(template => ({
          key: template.name,
          label: (
            <>
              <strong>{template.name}</strong>{' '}
              <span className="quiet">
                {t(
                  `第 ${template.version} 版 · ${template.confirmed_by} 确认于`,
                  `version ${template.version} · confirmed by ${template.confirmed_by},`,
                )}{' '}
                <When at={template.confirmed_at} whole />
              </span>
            </>
          ),
          children: <Meanings columns={template.columns} />,
        }))}
      />
    </section>
  )
}

function Meanings({ columns }: { readonly columns: TemplateList['templates'][number]['columns'] }) {
  const t = useText()
  const lang = useLang()
  return (
    <dl className="file-facts" style={{ margin: 0 }}>
      {columns.map(({ header, field }, column) => {
        const known = FIELDS.find(each => each === field)
        const key = `${column} ${header}`
        return (
          <div key={key}>
            <dt>{header}</dt>
            <dd>{known ? fieldText(known, lang) : t('不用', 'not used')}</dd>
          </div>
        )
      })}
    </dl>
  )
}
