import { CheckCircleOutlined, CloseCircleOutlined, LoadingOutlined } from '@ant-design/icons'
import { Progress, Typography } from 'antd'
import { Link } from 'react-router'
import type { DayView } from '../../../../src/reconciliation/days/api.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, grouped, Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { Countdown } from './countdown.tsx'
import { amountsOf, openDiscrepancies, percent, sharesOf } from './day.ts'
import { DAY_LOOKS } from './looks.ts'

/** One account's day on the board: how far it is, what is left of it, and what holds it up. */
export function BoardCard({ day, readAt }: { readonly day: DayView; readonly readAt: number }) {
  const t = useText()
  const shares = sharesOf(day.totals)
  const open = openDiscrepancies(day)
  const transit = amountsOf(day.totals, 'in_transit')
  const settling = day.state === 'settling'
  const of = new URLSearchParams({
    channel: day.channel,
    account: day.account,
    from: day.business_date,
    to: day.business_date,
  })
  return (
    <article className={`day-card${day.blocked === '' ? '' : ' day-card-wrong'}`}>
      <div className="day-card-head">
        <Link to={`/days/${day.day_id}`} className="day-card-name">
          <ChannelName channel={day.channel} /> <span className="day-account">{day.account}</span>
        </Link>
        <State of={day.state} looks={DAY_LOOKS} />
      </div>
      <Progress
        aria-label={t('匹配率', 'Matched')}
        percent={(shares.perMille ?? 0) / 10}
        size="small"
        status={settling ? 'active' : 'normal'}
        format={() => (settling ? <LoadingOutlined /> : percent(shares.perMille))}
      />
      <dl className="day-figures">
        <div>
          <dt>{t('笔数', 'Rows')}</dt>
          <dd>
            <Link to={`/items?${of}`}>{grouped(String(shares.rows))}</Link>
          </dd>
        </div>
        <div>
          <dt>{t('未处理差错', 'Open discrepancies')}</dt>
          <dd>{open === 0 ? '0' : <Link to={`/discrepancies?${of}&state=open`}>{grouped(String(open))}</Link>}</dd>
        </div>
        <div>
          <dt>{t('在途', 'In transit')}</dt>
          <dd>
            {transit.length === 0
              ? '0.00'
              : transit.map(({ currency, amount }) => <Money key={currency} amount={amount} currency={currency} />)}
          </dd>
        </div>
        <div>
          <dt>{t('资金平衡', 'Balance')}</dt>
          <dd>
            <Proof day={day} />
          </dd>
        </div>
      </dl>
      <Countdown day={day} readAt={readAt} />
      {day.blocked_why && (
        <Typography.Paragraph type="danger" className="day-blocked">
          {t(day.blocked_why)}
        </Typography.Paragraph>
      )}
    </article>
  )
}

/** Without a statement nothing can hold yet, and nothing is wrong. */
function Proof({ day: { proof, state } }: { readonly day: DayView }) {
  const t = useText()
  if (!proof || state === 'waiting') return <>—</>
  return proof.ok ? (
    <Typography.Text type="success">
      <CheckCircleOutlined /> {t('平', 'holds')}
    </Typography.Text>
  ) : (
    <Typography.Text type="danger">
      <CloseCircleOutlined /> {t('不平', 'fails')}
    </Typography.Text>
  )
}
