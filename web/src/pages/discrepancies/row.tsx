import { Checkbox, Tag } from 'antd'
import { Link } from 'react-router'
import type { DiscrepancyView } from '../../../../src/discrepancies/api.ts'
import { DISCREPANCY_STATES, KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { counted } from '../../pieces/phrases.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, Money, When } from '../../pieces/values.tsx'
import { useLang, useText } from '../../shell/text.ts'

/** A discrepancy in the list: a line on a PC, a card on a phone (`discrepancies.css`). */
export function DiscrepancyRow({
  of,
  causeName,
  merchantName,
  chosen,
  picked,
  pick,
}: {
  readonly of: DiscrepancyView
  readonly causeName: (code: string) => string
  readonly merchantName: (merchantNo: string) => string
  readonly chosen: boolean
  readonly picked: boolean
  /** null: whoever reads works on none. */
  readonly pick: (() => void) | null
}) {
  const t = useText()
  const lang = useLang()
  const name = `${t(KIND_LOOKS[of.kind])} ${of.discrepancy_id}`
  return (
    <div className={chosen ? 'case-row row-chosen' : 'case-row'}>
      <span className="case-pick">
        {pick && <Checkbox checked={picked} onChange={pick} aria-label={`${t('选择', 'Pick')} ${name}`} />}
      </span>
      <span className="case-kind">
        <State of={of.kind} looks={KIND_LOOKS} />
      </span>
      <span className="case-what">
        <Link to={`/discrepancies/${of.discrepancy_id}`}>
          <span className="only-read">{name} </span>
          {causeName(of.cause)}
        </Link>
        <span className="case-evidence quiet">{lang === 'zh' ? of.evidence_zh : of.evidence_en}</span>
      </span>
      <span className="case-where">
        <span>{merchantName(of.merchant_no) || '—'}</span>
        <span className="quiet">
          <ChannelName channel={of.channel} /> · {of.business_date.slice(5)}
        </span>
      </span>
      <span className="case-amount number">
        <Money amount={of.amount} currency={of.currency} />
        <span className="quiet">
          {t('差', 'diff.')} <Money amount={of.difference} currency={of.currency} signed />
        </span>
      </span>
      <span className="case-due">
        <DueOf of={of} />
      </span>
      <span className="case-owner">
        {of.review_id !== '' ? (
          <Tag color="processing">{t('待复核', 'In review')}</Tag>
        ) : of.refund_no !== '' && of.state === 'open' ? (
          <Tag color="processing">{t('退款中', 'Refunding')}</Tag>
        ) : of.state === 'open' ? (
          <span>{of.owner_name || of.owner || <span className="quiet">{t('未受理', 'Nobody’s')}</span>}</span>
        ) : (
          <State of={of.state} looks={DISCREPANCY_STATES} />
        )}
      </span>
    </div>
  )
}

/** How urgent it is: overdue in red, and in words. */
export function DueOf({ of }: { readonly of: DiscrepancyView }) {
  const t = useText()
  if (of.state !== 'open') return <span className="quiet">{of.ended_at ? <When at={of.ended_at} /> : '—'}</span>
  if (of.waits_until !== null && !of.overdue)
    return (
      <span>
        {t('等待至', 'Waits until')} <When at={of.waits_until} />
      </span>
    )
  return (
    <span className="case-due-of">
      {of.overdue ? (
        <strong className="wrong">{t('已超时', 'Overdue')}</strong>
      ) : (
        of.due_at !== null && of.kind !== 'in_transit' && <When at={of.due_at} />
      )}
      <span className="quiet">
        {of.age_days === 0
          ? t('今天发现', 'Found today')
          : t(`账龄 ${of.age_days} 天`, `${counted(of.age_days, 'day')} old`)}
      </span>
    </span>
  )
}
