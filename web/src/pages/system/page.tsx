import { ReloadOutlined } from '@ant-design/icons'
import { Alert, Button, Descriptions, Skeleton, Typography } from 'antd'
import { lazy, Suspense } from 'react'
import { Link } from 'react-router'
import type { ChannelsView, JobsView, StatusView, SystemView } from '../../../../src/state/api.ts'
import { Panel } from '../../pieces/panel.tsx'
import { counted } from '../../pieces/phrases.ts'
import { sizeText } from '../../pieces/size.ts'
import { Failed, Page } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { changedHere, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { CARDS } from './cards.ts'
import { ChannelsPanel } from './channels.tsx'
import { JobsPanel } from './jobs.tsx'
import { KeysCard } from './keys_card.tsx'

const EVERY_MS = 10_000
const MORE = CARDS.map(card => ({ ...card, Shown: lazy(card.load) }))

/** 系统状态: whether all is well, in words; beneath it the figures. */
export default function SystemPage() {
  const t = useText()
  const { may } = useSession()
  const system = useRead<SystemView>('system', '/api/system', {}, { every: EVERY_MS })
  const jobs = useRead<JobsView>('system', '/api/jobs', {}, { every: EVERY_MS })
  const channels = useRead<ChannelsView>('system', '/api/system/channels', {}, { every: EVERY_MS })
  const status = useRead<StatusView>('system', '/api/system/status', {}, { every: EVERY_MS })
  const error = status.error ?? system.error ?? jobs.error ?? channels.error
  return (
    <Page
      title={t('系统状态', 'System state')}
      extra={
        <Button icon={<ReloadOutlined />} onClick={() => void changedHere(['system'])}>
          {t('刷新', 'Read again')}
        </Button>
      }
    >
      <div className="stack">
        {error && <Failed error={error} again={() => void changedHere(['system'])} />}
        {status.data ? (
          <Verdict status={status.data} />
        ) : (
          !error && <Skeleton active title={false} paragraph={{ rows: 2 }} />
        )}
        <div className="panels four">
          <House system={system.data} />
          {may('vault.read') && <KeysCard />}
          {MORE.filter(({ needs }) => may(...needs)).map(({ key, Shown }) => (
            <Suspense key={key} fallback={<Skeleton active />}>
              <Shown />
            </Suspense>
          ))}
        </div>
        <ChannelsPanel channels={channels.data} />
        <JobsPanel jobs={jobs.data} />
      </div>
    </Page>
  )
}

/** The house in one word, and in sentences what there is to do: by the thresholds of the alerts. */
function Verdict({ status: { level, notes, next_close_at: close } }: { readonly status: StatusView }) {
  const t = useText()
  const count = notes.length
  const looks = {
    good: { type: 'success', title: t('一切正常', 'All is well') },
    attention: {
      type: 'warning',
      title: t(
        `运行正常，有 ${count} 件事值得留意`,
        `It works; ${counted(count, 'thing is', 'things are')} worth a look`,
      ),
    },
    danger: {
      type: 'error',
      title: t(`有 ${count} 件事需要处理`, `${counted(count, 'thing needs', 'things need')} somebody`),
    },
  } as const
  const { type, title } = looks[level]
  return (
    <Alert
      type={type}
      showIcon
      role="status"
      title={title}
      description={
        <>
          {count > 0 && (
            <ul className="plain">
              {notes.map(note => (
                <li key={note.en}>{t(note)}</li>
              ))}
            </ul>
          )}
          {close !== null && (
            <div>
              {t('下次关账', 'The next close')} <When at={close} />
            </div>
          )}
        </>
      }
    />
  )
}

function House({ system }: { readonly system: SystemView | undefined }) {
  const t = useText()
  return (
    <Panel title={t('平台', 'Platform')}>
      {system ? (
        <Descriptions
          column={1}
          size="small"
          items={[
            { key: 1, label: t('版本', 'Version'), children: `${system.version} · Node ${system.node.slice(1)}` },
            { key: 2, label: t('启动于', 'Started'), children: <When at={system.started_at} whole /> },
            {
              key: 3,
              label: t('数据库', 'Database'),
              children: `PostgreSQL ${system.database.version} · ${sizeText(system.database.bytes)}`,
            },
            {
              key: 4,
              label: t('数据库连接', 'Connections'),
              children: `${system.database.connections} / ${system.database.connections_max}`,
            },
            {
              key: 5,
              label: t('结构更新', 'Migrations'),
              children:
                system.migrations.waiting === 0
                  ? t(`${system.migrations.applied} 项，全部就绪`, `${system.migrations.applied}, all applied`)
                  : t(`缺少 ${system.migrations.waiting} 项`, `${system.migrations.waiting} missing`),
            },
            {
              key: 6,
              label: t('打开的实时连接', 'Open live streams'),
              children: system.streams,
            },
          ]}
        />
      ) : (
        <Skeleton active paragraph={{ rows: 5 }} title={false} />
      )}
      <Typography.Paragraph type="secondary" style={{ margin: '8px 0 0' }}>
        <Link to="/alerts">{t('安全告警', 'Security alerts')}</Link>
      </Typography.Paragraph>
    </Panel>
  )
}
