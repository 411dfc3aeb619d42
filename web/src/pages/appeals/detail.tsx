import { Link } from 'react-router'
import type { AppealDetail } from '../../../../src/appeals/api.ts'
import { VERDICT_WORDS } from '../../../../src/appeals/messages.ts'
import { Comments } from '../../pieces/comments.tsx'
import { Facts, Part } from '../../pieces/facts.tsx'
import { useMerchants } from '../../pieces/merchants.ts'
import { PAYMENT_STATES, RECONCILED } from '../../pieces/payment_words.ts'
import { spoken } from '../../pieces/phrases.ts'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { VoucherList } from '../../pieces/vouchers.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { AppealActs } from './acts.tsx'
import { Left } from './left.tsx'
import { APPEAL_KINDS, APPEAL_STATES } from './words.ts'

/** One appeal: what the payer says, beside what the platform knows of the payment. */
export function AppealDetailView({ id }: { readonly id: string }) {
  const t = useText()
  const { may } = useSession()
  const { nameOf: merchantName } = useMerchants()
  const {
    data: of,
    error,
    refetch,
    dataUpdatedAt,
  } = useRead<AppealDetail>('appeals', `/api/appeals/${id}`, {}, { keep: false })
  if (error && !of) return <Failed error={error} again={() => void refetch()} />
  if (!of) return <Loading rows={12} />
  const path = `/api/appeals/${id}`
  const numbersDiffer =
    of.channel_trade_no !== '' && of.channel_says_trade_no !== '' && of.channel_trade_no !== of.channel_says_trade_no
  return (
    <article aria-label={t(APPEAL_KINDS[of.kind])}>
      <Part
        title={t(APPEAL_KINDS[of.kind])}
        extra={
          of.state === 'open' ? (
            <Left seconds={of.seconds_left} readAt={dataUpdatedAt} />
          ) : (
            <State of={of.state} looks={APPEAL_STATES} />
          )
        }
      >
        <blockquote className="appeal-text">{of.text}</blockquote>
        <Facts
          of={[
            { name: t('缴费人', 'Payer'), value: of.filed_by },
            { name: t('提交', 'Filed'), value: <When at={of.filed_at} whole /> },
            { name: t('答复时限', 'Answer until'), value: <When at={of.due_at} whole /> },
            { name: t('处理人', 'Owner'), value: of.owner_name || of.owner || t('未受理', 'Nobody') },
            ...(of.email === '' ? [] : [{ name: t('邮箱', 'Mail'), value: of.email }]),
          ]}
        />
      </Part>
      <Part title={t('双方依据', 'What both say')}>
        <table className="compare">
          <thead>
            <tr>
              <th scope="col">{t('项目', 'Field')}</th>
              <th scope="col">{t('缴费人', 'The payer')}</th>
              <th scope="col">{t('平台记录', 'The platform')}</th>
            </tr>
          </thead>
          <tbody>
            <tr className={numbersDiffer ? 'differs' : undefined}>
              <th scope="row">
                {t('渠道交易号', 'Channel’s number')}
                {numbersDiffer && <span className="wrong"> {t('不同', 'differs')}</span>}
              </th>
              <td>
                <Num>{of.channel_trade_no}</Num>
              </td>
              <td>
                <Num>{of.channel_says_trade_no}</Num>
              </td>
            </tr>
            <tr>
              <th scope="row">{t('支付', 'Payment')}</th>
              <td>{of.kind === 'not_paid' ? t('称已扣款', 'says he was charged') : t('已缴费', 'paid')}</td>
              <td>
                <State of={of.payment_state} looks={PAYMENT_STATES} />{' '}
                <State of={String(of.reconciled)} looks={RECONCILED} />
              </td>
            </tr>
          </tbody>
        </table>
        <Facts
          of={[
            {
              name: t('支付单', 'Payment'),
              value: may('refund.read', 'payment.read', 'order.read') ? (
                <Link to={`/refunds?number=${of.payment_no}`}>{of.payment_no}</Link>
              ) : (
                <Num>{of.payment_no}</Num>
              ),
            },
            { name: t('缴费单', 'Order'), value: <Num>{of.order_no}</Num> },
            { name: t('金额', 'Amount'), value: <Money amount={of.amount} currency={of.currency} /> },
            { name: t('渠道', 'Channel'), value: <ChannelName channel={of.channel} /> },
            { name: t('收费单位', 'Merchant'), value: merchantName(of.merchant_no) },
            { name: t('事由', 'For'), value: of.title },
            { name: t('户号', 'Account'), value: <Num>{of.account_no}</Num> },
            { name: t('姓名', 'Name'), value: of.payer_name || '—' },
            {
              name: t('相关差错', 'Discrepancies'),
              value: (
                <DiscrepancyLinks
                  ids={[...new Set([...(of.discrepancy_id ? [of.discrepancy_id] : []), ...of.discrepancies])]}
                  linked={of.discrepancy_id}
                />
              ),
            },
          ]}
        />
      </Part>
      <Part title={t('凭证', 'Vouchers')}>
        <VoucherList vouchers={of.vouchers} pathOf={voucherId => `${path}/vouchers/${encodeURIComponent(voucherId)}`} />
      </Part>
      <Part title={t('内部备注', 'Comments among the staff')}>
        <Comments
          comments={of.comments}
          path={of.acts.includes('comment') ? `${path}/comments` : null}
          changes={['appeals']}
          note={t('只有工作人员看得到，缴费人看不到', 'For the staff only: the payer does not see it')}
        />
      </Part>
      {of.ended_at !== null && (
        <Part title={t('答复', 'Answer')}>
          <Facts
            of={[
              {
                name: t('结论', 'Verdict'),
                value: of.verdict ? t(VERDICT_WORDS[of.verdict]) : t(APPEAL_STATES[of.state]),
              },
              { name: t('处理人', 'By'), value: spoken(t, of.ended_name || '—') },
              { name: t('时间', 'At'), value: <When at={of.ended_at} whole /> },
            ]}
          />
          <p className="said">{of.answer}</p>
        </Part>
      )}
      <AppealActs of={of} />
    </article>
  )
}

function DiscrepancyLinks({ ids, linked }: { readonly ids: readonly string[]; readonly linked: string | null }) {
  const t = useText()
  const { may } = useSession()
  if (ids.length === 0) return <>{t('不在未结差错中', 'In no open discrepancy')}</>
  return (
    <>
      {ids.map(id => (
        <div key={id}>
          {may('discrepancy.read') ? <Link to={`/discrepancies/${id}`}>{id}</Link> : id}
          {id === linked && <span className="quiet"> {t('已关联', 'linked')}</span>}
        </div>
      ))}
    </>
  )
}
