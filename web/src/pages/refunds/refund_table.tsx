import { Link } from 'react-router'
import type { RefundView } from '../../../../src/refunds/api.ts'
import { REFUND_KINDS, REFUND_STATES } from '../../pieces/payment_words.ts'
import { State } from '../../pieces/states.tsx'
import { Money, Num, When } from '../../pieces/values.tsx'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

export function RefundTable({ refunds }: { readonly refunds: readonly RefundView[] }) {
  const t = useText()
  const { may } = useSession()
  if (refunds.length === 0) return <span className="quiet">{t('还没有退款', 'No refunds yet')}</span>
  return (
    <ul className="plain-list">
      {refunds.map(refund => (
        <li key={refund.refund_no} className="row-card">
          <div className="row-line">
            <span>
              <strong>{t(REFUND_KINDS[refund.kind] ?? { zh: refund.kind, en: refund.kind })}</strong>{' '}
              <State of={refund.state} looks={REFUND_STATES} />
            </span>
            <strong>
              <Money amount={refund.amount} currency={refund.currency} />
            </strong>
          </div>
          <div>{refund.reason}</div>
          <div className="quiet">
            {refund.asked_by} · <When at={refund.asked_at} whole />
            {refund.refunded_at !== null && (
              <>
                {' '}
                · {t('到账', 'refunded')} <When at={refund.refunded_at} whole />
              </>
            )}
          </div>
          <div className="quiet break">
            {t('退款单', 'Refund')} <Num>{refund.refund_no}</Num>
            {refund.channel_refund_no !== '' && (
              <>
                {' '}
                · {t('渠道退款号', 'channel’s number')} <Num>{refund.channel_refund_no}</Num>
              </>
            )}
          </div>
          {refund.failure !== '' && (
            <div className="wrong">
              {t('失败原因：', 'Why it failed: ')}
              {refund.failure}
            </div>
          )}
          {refund.review_id !== '' && may('review.read') && (
            <Link to={`/reviews/${refund.review_id}`}>{t('查看复核', 'See its review')}</Link>
          )}
        </li>
      ))}
    </ul>
  )
}
