import { Button, Descriptions, Flex, Select, Tabs, Tag, Typography } from 'antd'
import { useState } from 'react'
import type { ActivationList, DiffView, VersionLine, VersionView } from '../../../../src/rules/api.ts'
import { Changes } from '../../pieces/changes.tsx'
import { spoken } from '../../pieces/phrases.ts'
import { Failed, Loading, Nothing } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Activate } from './activate.tsx'
import { wholeForm } from './fields.ts'
import { Gates } from './gates.tsx'
import { placeName } from './words.ts'

export type VersionProps = {
  readonly version: number
  readonly versions: readonly VersionLine[]
  readonly inForce: number
  readonly activations: ActivationList['activations']
  readonly schema: unknown
}

/** One version: who wrote it and why, what it has otherwise, its text, its gates, from when it holds. */
export function Version({ version, versions, inForce, activations, schema }: VersionProps) {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const [asking, setAsking] = useState(false)
  const { data, error } = useRead<VersionView>('rules', `/api/rules/versions/${version}`)
  const against = Number(
    address.get('against') || (data?.based_on ?? (inForce === version ? Math.max(1, version - 1) : inForce)),
  )
  if (error) return <Failed error={error} />
  if (!data) return <Loading rows={10} />
  const held = activations.filter(each => each.version === version)
  return (
    <section className="panel" aria-label={t(`版本 ${version}`, `Version ${version}`)}>
      <Flex justify="space-between" align="center" wrap gap={8} style={{ marginBottom: 12 }}>
        <Typography.Title level={2} className="panel-title" style={{ margin: 0 }}>
          {t(`版本 ${version}`, `Version ${version}`)} {spoken(t, data.name)}{' '}
          {version === inForce && <Tag color="success">{t('现行', 'In force')}</Tag>}
        </Typography.Title>
        {may('rule.edit') && version !== inForce && (
          <Button type="primary" onClick={() => setAsking(true)}>
            {version < inForce ? t('申请回退到此版本', 'Ask to go back to it') : t('申请启用', 'Ask for activation')}
          </Button>
        )}
      </Flex>
      <Descriptions
        column={{ xs: 1, md: 2 }}
        size="small"
        items={[
          { key: 1, label: t('编写', 'Written by'), children: spoken(t, data.author_name) || t('系统', 'System') },
          { key: 2, label: t('时间', 'At'), children: <When at={data.created_at} whole /> },
          { key: 3, label: t('理由', 'Why'), children: data.reason || '—' },
          {
            key: 4,
            label: t('基于', 'Based on'),
            children: data.based_on === null ? '—' : t(`版本 ${data.based_on}`, `Version ${data.based_on}`),
          },
          {
            key: 5,
            label: t('启用', 'Active'),
            children:
              held.length === 0
                ? t('从未启用', 'Never')
                : held.map(each => (
                    <div key={each.review_id || each.activated_at}>
                      {t(`自账期 ${each.from_day}`, `From day ${each.from_day}`)}
                      {each.reason && <span className="quiet"> {t(`（${each.reason}）`, `(${each.reason})`)}</span>}
                    </div>
                  )),
          },
        ]}
      />
      <Tabs
        activeKey={address.get('tab') || 'diff'}
        onChange={tab => address.set({ tab: tab === 'diff' ? null : tab })}
        items={[
          {
            key: 'diff',
            label: t('差异', 'Differences'),
            children: <Differences version={version} against={against} versions={versions} schema={schema} />,
          },
          { key: 'gates', label: t('回归检查', 'Regression gate'), children: <Gates version={version} /> },
          {
            key: 'text',
            label: t('原文', 'Text'),
            children: (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
              <pre className="code" tabIndex={0}>
                {data.document}
              </pre>
            ),
          },
        ]}
      />
      <Activate version={version} back={version < inForce} open={asking} close={() => setAsking(false)} />
    </section>
  )
}

function Differences({
  version,
  against,
  versions,
  schema,
}: {
  readonly version: number
  readonly against: number
  readonly versions: readonly VersionLine[]
  readonly schema: unknown
}) {
  const t = useText()
  const address = useAddress()
  const { channel } = wholeForm(schema)
  const { data, error } = useRead<DiffView>('rules', `/api/rules/versions/${version}/diff`, { against })
  return (
    <div className="stack">
      <Flex align="center" gap={8} wrap>
        <label htmlFor="against">{t('与之比较', 'Compared with')}</label>
        <Select
          id="against"
          style={{ width: 200 }}
          value={against}
          onChange={value => address.set({ against: String(value) })}
          options={versions
            .filter(each => each.version !== version)
            .map(each => ({ value: each.version, label: t(`版本 ${each.version}`, `Version ${each.version}`) }))}
        />
      </Flex>
      {error && <Failed error={error} />}
      {!data && !error && <Loading rows={4} />}
      {data &&
        (data.changes.length === 0 ? (
          <Nothing what={t('两个版本内容相同', 'Both say the same')} />
        ) : (
          <Changes
            changes={data.changes}
            nameOf={path => placeName(path, channel, t)}
            titles={[
              t(`版本 ${data.before}`, `Version ${data.before}`),
              t(`版本 ${data.after}`, `Version ${data.after}`),
            ]}
          />
        ))}
    </div>
  )
}
