import { Button, Tag } from 'antd'
import type { ActivationList, FormView, VersionLine, VersionList } from '../../../../src/rules/api.ts'
import { spoken } from '../../pieces/phrases.ts'
import { Failed, Loading, Page } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Editor } from './editor.tsx'
import { Version } from './version.tsx'
import './rules.css'

const PAGE = 50
const rowsOf = (answer: VersionList): readonly VersionLine[] => answer.versions

/** 对账规则: the versions with who and why, what each changes, its gate and its activation; and writing another one. */
export default function RulesPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const list = usePages<VersionList, VersionLine>('rules', '/api/rules/versions', { limit: PAGE }, rowsOf, {
    cursor: 'before',
    placeOf: ({ version }) => version,
  })
  const form = useRead<FormView>('rules', '/api/rules/form')
  const activations = useRead<ActivationList>('rules', '/api/rules/activations')
  const error = list.error ?? form.error ?? activations.error
  const inForce = form.data?.in_force.version
  const shown = Number(address.get('version') || inForce || 0)
  const based = address.get('edit')
  if (based !== '' && form.data && may('rule.edit'))
    return (
      <Editor
        key={based}
        based={Number(based)}
        schema={form.data.schema}
        leave={version => address.set({ edit: null, ...(version ? { version: String(version) } : {}) })}
      />
    )
  return (
    <Page
      title={t('对账规则', 'Rules')}
      extra={
        may('rule.edit') &&
        shown > 0 && (
          <Button type="primary" onClick={() => address.set({ edit: String(shown) }, { step: true })}>
            {t(`以版本 ${shown} 编写新版本`, `Write a version from ${shown}`)}
          </Button>
        )
      }
    >
      {error && <Failed error={error} again={list.again} />}
      {list.loading || !form.data || !activations.data ? (
        !error && <Loading rows={12} />
      ) : (
        <div className="side-by-side">
          <nav aria-label={t('规则版本', 'Versions')} className="panel pick-list">
            {list.rows.map(version => (
              <button
                key={version.version}
                type="button"
                aria-current={version.version === shown || undefined}
                onClick={() => address.set({ version: String(version.version), tab: null }, { step: true })}
              >
                <span>
                  {t(`版本 ${version.version}`, `Version ${version.version}`)}
                  <span className="quiet pick-note">{spoken(t, version.author_name) || t('系统', 'System')}</span>
                  <span className="quiet pick-note">
                    <When at={version.created_at} />
                  </span>
                </span>
                {version.version === inForce && <Tag color="success">{t('现行', 'In force')}</Tag>}
              </button>
            ))}
            {list.more && (
              <Button type="text" onClick={list.more} loading={list.loadingMore}>
                {t('更早的版本', 'Older ones')}
              </Button>
            )}
          </nav>
          <Version
            key={shown}
            version={shown}
            versions={list.rows}
            inForce={inForce ?? 0}
            activations={activations.data.activations}
            schema={form.data.schema}
          />
        </div>
      )}
    </Page>
  )
}
