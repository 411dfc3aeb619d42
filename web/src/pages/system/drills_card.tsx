import { Skeleton, Typography } from 'antd'
import type { DrillList } from '../../../../src/continuity/api.ts'
import { Panel } from '../../pieces/panel.tsx'
import { Failed, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

const NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  failover: { zh: '同城切换', en: 'Failover in the city' },
  remote: { zh: '异地接管', en: 'Take-over by the other city' },
  restore: { zh: '从备份恢复', en: 'Restore from backups' },
  'human-error': { zh: '误删恢复', en: 'Human error' },
}
const OUTCOMES = {
  passed: { zh: '通过', en: 'passed', colour: 'success' },
  failed: { zh: '未通过', en: 'failed', colour: 'error' },
} as const

/** The newest drills with what they measured, and which are due. */
export default function DrillsCard() {
  const t = useText()
  const { data, error } = useRead<DrillList>('system', '/api/drills', { limit: 5 })
  const title = t('容灾演练', 'Drills')
  const seconds = (ms: number | null): string =>
    ms === null ? '—' : t(`${(ms / 1000).toFixed(1)} 秒`, `${(ms / 1000).toFixed(1)} s`)
  return (
    <Panel title={title}>
      {error && <Failed error={error} />}
      {!data && !error && <Skeleton active title={false} />}
      {data?.drills.length === 0 && (
        <Typography.Paragraph type="secondary">
          {t(
            '还没有演练记录：在服务器上运行 fzpay drill failover。',
            'None was held yet: run fzpay drill failover on the server.',
          )}
        </Typography.Paragraph>
      )}
      {data && data.overdue.length > 0 && (
        <Typography.Paragraph type="danger">
          {t('到期未做：', 'Due: ')}
          {data.overdue.map(name => t(NAMES[name] ?? { zh: name, en: name })).join(t('、', ', '))}
        </Typography.Paragraph>
      )}
      <ul className="plain">
        {data?.drills.map(drill => (
          <li key={drill.drill_id}>
            <State of={drill.outcome} looks={OUTCOMES} /> {t(NAMES[drill.name] ?? { zh: drill.name, en: drill.name })}{' '}
            <When at={drill.began_at} whole /> · RTO {seconds(drill.rto_ms)} · RPO {seconds(drill.rpo_ms)} ·{' '}
            {t(`丢失 ${drill.lost} 笔`, `${drill.lost} lost`)}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
