import { Alert, Tag } from 'antd'
import type { SettlementDetail } from '../../../../src/reconciliation/funds/api.ts'
import { Comments } from '../../pieces/comments.tsx'
import { Facts, Part } from '../../pieces/facts.tsx'
import { counted, listed } from '../../pieces/phrases.ts'
import { DIFFERENCES, HOW_PAID, PAYOUT_STATES, SETTLEMENT_STATES } from '../../pieces/settlement_words.ts'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Acceptance } from './acceptance.tsx'
import { legsOf } from './legs.ts'

/** One account's day: what each of the three says, and what differs. */
export function SettlementDetailView({ id }: { readonly id: string }) {
  const t = useText()
  const { may } = useSession()
  const {
    data: of,
    error,
    refetch,
  } = useRead<SettlementDetail>('settlements', `/api/settlements/${id}`, {}, { keep: false })
  if (error && !of) return <Failed error={error} again={() => void refetch()} />
  if (!of) return <Loading rows={12} />
  return (
    <article aria-label={`${of.account} ${of.business_date}`}>
      <Part title={`${of.account} · ${of.business_date}`} extra={<State of={of.state} looks={SETTLEMENT_STATES} />}>
        <Facts
          of={[
            { name: t('渠道', 'Channel'), value: <ChannelName channel={of.channel} /> },
            { name: t('应到', 'Due'), value: of.due === null ? '—' : <Money amount={of.due} currency={of.currency} /> },
            { name: t('应到日', 'Due on'), value: of.due_on ?? '—' },
            { name: t('到账', 'Payout'), value: <State of={of.payout} looks={PAYOUT_STATES} /> },
          ]}
        />
      </Part>
      <Part title={t('三方金额', 'What the three say')}>
        <Legs of={of} />
      </Part>
      <Part title={t('差异', 'Differences')}>
        {of.differences.length === 0 ? <span className="quiet">{t('没有差异', 'None')}</span> : <Differences of={of} />}
      </Part>
      {of.credits.length > 0 && (
        <Part title={t('银行到账', 'Credits at the bank')}>
          <ul className="plain-list">
            {of.credits.map(credit => (
              <li key={credit.line} className="row-line">
                <span>
                  {credit.paid_on} · {credit.bank} · <Num>{credit.line}</Num>{' '}
                  {credit.how && <Tag>{t(HOW_PAID[credit.how] ?? { zh: credit.how, en: credit.how })}</Tag>}
                </span>
                <Money amount={credit.amount} currency={credit.currency} />
              </li>
            ))}
          </ul>
          {of.pays_days.length > 1 && (
            <p className="quiet">
              {t('同一笔到账覆盖账期：', 'Paid together: ')}
              {listed(t, of.pays_days)}
            </p>
          )}
        </Part>
      )}
      <Part title={t('备注', 'Comments')}>
        <Comments
          comments={of.comments}
          path={may('discrepancy.handle') ? `/api/settlements/${id}/comments` : null}
          changes={['settlements']}
        />
      </Part>
      {of.accepted && (
        <Alert
          type={of.accepted.still_holds ? 'success' : 'warning'}
          showIcon
          title={
            of.accepted.still_holds
              ? t('差异已接受', 'The differences were accepted')
              : t('接受之后差异又变化，须重新处理', 'The differences changed after they were accepted: look again')
          }
          description={
            <>
              {of.accepted.by} · <When at={of.accepted.at} whole /> · {of.accepted.reason}
            </>
          }
        />
      )}
      <Acceptance of={of} />
    </article>
  )
}

function Legs({ of }: { readonly of: SettlementDetail }) {
  const t = useText()
  return (
    <div className="legs-scroll">
      <table className="compare legs">
        <thead>
          <tr>
            <th scope="col">{t('项目', 'Item')}</th>
            <th scope="col" className="number">
              {t('交易账单', 'Trade bill')}
            </th>
            <th scope="col" className="number">
              {t('资金账单', 'Funds bill')}
            </th>
            <th scope="col" className="number">
              {t('银行到账', 'Bank')}
            </th>
          </tr>
        </thead>
        <tbody>
          {legsOf(of).map(leg => (
            <tr key={leg.name.en} className={leg.differs ? 'differs' : undefined}>
              <th scope="row">
                {t(leg.name)}
                {leg.differs && <span className="wrong"> {t('不同', 'differs')}</span>}
              </th>
              {[leg.trade, leg.funds, leg.bank].map((value, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: three columns, ever in this order
                <td key={i} className="number">
                  {value === null ? (
                    <span className="quiet">—</span>
                  ) : leg.count ? (
                    value
                  ) : (
                    <Money amount={value} currency={of.currency} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Differences({ of }: { readonly of: SettlementDetail }) {
  const t = useText()
  return (
    <ul className="plain-list">
      {of.differences.map(each => (
        <li key={`${each.code} ${each.amount}`} className="row-card">
          <div className="row-line">
            <strong className={each.explained ? undefined : 'wrong'}>
              {t(DIFFERENCES[each.code] ?? { zh: each.code, en: each.code })}
              {each.explained && <Tag className="gap">{t('已有解释', 'explained')}</Tag>}
            </strong>
            <Money amount={each.amount} currency={of.currency} signed />
          </div>
          <div>{t(each.message_zh, each.message_en)}</div>
          {each.rows.length > 0 && (
            <details>
              <summary>{t(`涉及 ${each.rows.length} 笔交易`, counted(each.rows.length, 'trade number'))}</summary>
              {each.rows.map(row => (
                <div key={row.trade_no} className="row-line">
                  <Num>{row.trade_no}</Num>
                  <Money amount={row.amount} currency={of.currency} signed />
                </div>
              ))}
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}
