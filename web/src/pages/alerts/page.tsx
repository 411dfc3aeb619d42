import { Button, Segmented, Typography } from 'antd'
import { useState } from 'react'
import type { AlertList, AlertView } from '../../../../src/intrusion/api.ts'
import { PagedListing } from '../../pieces/paged.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Page, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Blocks } from './blocks.tsx'
import { FACTS, KINDS, SEVERITIES, VALUES } from './words.ts'

const rowsOf = (answer: AlertList): readonly AlertView[] => answer.alerts

/** 安全告警: what the platform noticed, who has dealt with it, and which addresses are shut out. */
export default function AlertsPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed(['alerts'])
  const [dealing, setDealing] = useState<AlertView | null>(null)
  const state = address.get('state') || 'open'
  const list = usePages<AlertList, AlertView>('alerts', '/api/alerts', { state, limit: 100 }, rowsOf)
  const manage = may('alert.manage')
  return (
    <Page title={t('安全告警', 'Security alerts')}>
      <div className="stack">
        <Blocks />
        <section aria-label={t('告警', 'Alerts')}>
          <div className="filters">
            <Segmented
              value={state}
              onChange={value => address.set({ state: value === 'open' ? null : value })}
              options={[
                { value: 'open', label: t('待处理', 'Open') },
                { value: 'acknowledged', label: t('已处理', 'Dealt with') },
                { value: 'all', label: t('全部', 'All') },
              ]}
            />
          </div>
          <PagedListing<AlertView>
            label={t('告警', 'Alerts')}
            list={list}
            keyOf={({ id }) => id}
            empty={state === 'open' ? t('没有待处理的告警', 'No alert is open') : t('没有告警', 'No alerts')}
            columns={[
              {
                title: t('类别', 'Kind'),
                head: true,
                render: ({ kind }) => t(KINDS[kind] ?? { zh: kind, en: kind }),
              },
              {
                title: t('程度', 'Weight'),
                head: true,
                render: ({ severity }) => <State of={severity} looks={SEVERITIES} />,
              },
              { title: t('来自', 'From'), render: ({ address: from, actor }) => from || actor || '—' },
              { title: t('情况', 'Facts'), render: ({ facts }) => <Facts facts={facts} /> },
              { title: t('次数', 'Times'), right: true, render: ({ count }) => count },
              { title: t('最近', 'Last'), render: ({ last_at }) => <When at={last_at} /> },
              {
                title: '',
                render: alert =>
                  alert.acknowledged_at ? (
                    <span className="quiet">
                      {alert.acknowledged_by} <When at={alert.acknowledged_at} />
                      {alert.note && <div>{alert.note}</div>}
                    </span>
                  ) : manage ? (
                    <Button size="small" onClick={() => setDealing(alert)}>
                      {t('处理', 'Deal with it')}
                    </Button>
                  ) : null,
              },
            ]}
          />
        </section>
      </div>
      <ReasonDialog
        open={dealing !== null}
        title={t('处理告警', 'Deal with the alert')}
        confirm={t('已处理', 'Dealt with')}
        reason="free"
        close={() => setDealing(null)}
        decide={note =>
          deed.mutateAsync({
            method: 'POST',
            path: `/api/alerts/${dealing?.id}/acknowledge`,
            body: note === '' ? {} : { note },
          })
        }
      >
        {dealing && <Facts facts={dealing.facts} />}
      </ReasonDialog>
    </Page>
  )
}

function Facts({ facts }: Pick<AlertView, 'facts'>) {
  const t = useText()
  return (
    <ul className="plain alert-facts">
      {Object.entries(facts)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <li key={name}>
            <span className="quiet">{t(FACTS[name] ?? { zh: name, en: name })}</span>{' '}
            <Typography.Text code={name === 'sample' || name === 'request'}>
              {name.endsWith('_at') ? <When at={value} /> : VALUES[value] ? t(VALUES[value]) : value}
            </Typography.Text>
          </li>
        ))}
    </ul>
  )
}
