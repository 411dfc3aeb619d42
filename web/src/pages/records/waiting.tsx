import { App, Button } from 'antd'
import type { WaitingView } from '../../../../src/orders/api.ts'
import { PAYMENT_STATES } from '../../pieces/payment_words.ts'
import { counted } from '../../pieces/phrases.ts'
import { Rows } from '../../pieces/rows.tsx'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { ageWords, answerWords } from './answers.ts'

const AGAIN_MS = 30_000

/** 延迟补偿: payments whose outcome the channel has not told, and when it is asked next. */
export function Waiting() {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const { data, error, refetch, dataUpdatedAt } = useRead<WaitingView>(
    'payments',
    '/api/payments/waiting',
    {},
    { every: AGAIN_MS },
  )
  const deed = useDeed<{ state: string }>(['payments', 'items'])
  const query = (paymentNo: string): void =>
    deed.mutate(
      { method: 'POST', path: `/api/payments/${encodeURIComponent(paymentNo)}/query` },
      {
        onSuccess: answer => {
          const look = PAYMENT_STATES[answer.state]
          void message.info(`${t('渠道答复：', 'The channel says: ')}${look ? t(look) : answer.state}`)
        },
      },
    )
  if (error && !data) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={8} />
  if (data.payments.length === 0)
    return <Nothing what={t('没有等待渠道结果的支付', 'No payment waits for its channel')} />
  return (
    <>
      {deed.error && <Failed error={deed.error} />}
      <ul className="waiting-summary">
        {data.summary.map(each => {
          const { words, detail } = answerWords(each.answer)
          return (
            <li key={`${each.channel} ${each.state} ${each.answer}`}>
              <ChannelName channel={each.channel} /> · {t(words)}
              {detail && ` (${detail})`} · <strong>{each.count}</strong>
              {t(' 笔，最早', ', the oldest')} {t(ageWords(each.oldest, dataUpdatedAt))}
            </li>
          )
        })}
      </ul>
      <Rows
        rows={data.payments}
        keyOf={row => row.payment_no}
        height={64}
        viewport="calc(100dvh - 320px)"
        label={t('等待渠道结果的支付', 'Payments that wait for their channels')}
        render={row => (
          <div className="record-row">
            <span className="record-what">
              <Num>{row.payment_no}</Num>
              <span className="quiet">
                <Num>{row.order_no}</Num>
              </span>
            </span>
            <span className="record-who">
              <span>
                <ChannelName channel={row.channel} /> {row.account}
              </span>
              <span className="quiet">{t(answerWords(row.last_answer).words)}</span>
            </span>
            <span className="record-when">
              <span>
                {t('下次查询', 'Next query')} <When at={row.next_query_at} />
              </span>
              <span className="quiet">{t(`已查询 ${row.queries} 次`, `asked ${counted(row.queries, 'time')}`)}</span>
            </span>
            <span className="number record-amount">
              <Money amount={row.amount} currency={row.currency} />
            </span>
            <span className="record-state">
              <State of={row.state} looks={PAYMENT_STATES} />
              {may('payment.query') && (
                <Button
                  loading={deed.isPending && deed.variables.path.includes(row.payment_no)}
                  onClick={() => query(row.payment_no)}
                >
                  {t('立即查询', 'Ask now')}
                </Button>
              )}
            </span>
          </div>
        )}
      />
    </>
  )
}
