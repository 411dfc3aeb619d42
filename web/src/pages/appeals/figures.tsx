import { Statistic } from 'antd'
import type { AppealFigures } from '../../../../src/appeals/api.ts'
import { timeText } from '../../pieces/durations.ts'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** How the last 30 days went. */
export function Figures() {
  const t = useText()
  const { data } = useRead<AppealFigures>('appeals', '/api/appeal-figures')
  const share = data?.answered_in_time_share ?? null
  return (
    <div className="figures">
      <Statistic title={t('待答复', 'Open')} value={data?.open ?? '—'} />
      <Statistic
        title={t('已超时', 'Overdue')}
        value={data?.overdue ?? '—'}
        {...(data && data.overdue > 0 ? { className: 'figure-wrong' } : {})}
      />
      <Statistic title={t('30 天提交', 'Filed in 30 days')} value={data?.filed ?? '—'} />
      <Statistic
        title={t('答复用时中位数', 'Median time to answer')}
        value={t(timeText(data?.median_answer_seconds ?? null))}
      />
      <Statistic
        title={t('按时答复率', 'Answered in time')}
        value={share === null ? '—' : `${Math.floor(share * 1000) / 10}%`}
      />
    </div>
  )
}
