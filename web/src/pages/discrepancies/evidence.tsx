import { CheckCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { Tag, Typography } from 'antd'
import type { DiscrepancyDetail, RowView } from '../../../../src/discrepancies/api.ts'
import { localOf, Money, Num, When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { FIELD_NAMES, valueWords } from './evidence_words.ts'

const silent = (values: readonly string[]): boolean => values.every(value => value === '')

/** What both sides say, field by field; what differs is marked by colour, a sign and a word. What one side leaves out is no difference, and what both leave out is left out. */
export function ComparedTable({ of }: { readonly of: DiscrepancyDetail }) {
  const t = useText()
  const said = of.compared.filter(({ field, ours, theirs }) => field === 'payer' || !silent(ours) || !silent(theirs))
  if (said.length === 0) return null
  return (
    <table className="compare">
      <thead>
        <tr>
          <th scope="col">{t('比较项', 'Field')}</th>
          <th scope="col">{t('平台记录', 'Our record')}</th>
          <th scope="col">{t('渠道账单', 'Their line')}</th>
        </tr>
      </thead>
      <tbody>
        {said.map(({ field, ours, theirs, equal }) => {
          const name = FIELD_NAMES[field]
          const alone = field !== 'payer' && (silent(ours) || silent(theirs))
          return (
            <tr key={field} className={equal || alone ? undefined : 'differs'}>
              <th scope="row">
                {name ? t(name) : field}{' '}
                {equal ? (
                  <CheckCircleOutlined className="agrees" aria-label={t('一致', 'Equal')} />
                ) : alone ? (
                  <span className="quiet">{t('（仅一方给出）', '(one side only)')}</span>
                ) : (
                  <span className="wrong">
                    <WarningOutlined /> {t('不同', 'Differs')}
                  </span>
                )}
              </th>
              {field === 'payer' ? (
                <td colSpan={2}>
                  {equal
                    ? t('两边为同一缴费人（内容已遮蔽）', 'The same payer on both sides (masked)')
                    : t('两边缴费人不同（内容已遮蔽）', 'Different payers (masked)')}
                </td>
              ) : (
                [ours, theirs].map((values, side) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two sides, ever in this order
                  <td key={side}>
                    {values.map((value, i) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: values of rows may be alike
                      <div key={i}>
                        <ValueOf field={field} value={value} currency={of.currency} />
                      </div>
                    ))}
                  </td>
                ))
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function ValueOf({
  field,
  value,
  currency,
}: {
  readonly field: string
  readonly value: string
  readonly currency: string
}) {
  const t = useText()
  if (value === '') return <span className="quiet">{t('未给出', 'not given')}</span>
  if (field === 'amount' || field === 'fee') return <Money amount={value} currency={currency} />
  if (field === 'occurred_at') {
    // Narrow cells break between day and time.
    const { day, time } = localOf(value)
    return <Num>{`${day} ${time}`}</Num>
  }
  const words = valueWords(field, value)
  return words ? <>{t(words)}</> : <Num>{value}</Num>
}

/** The rows themselves, ours and theirs: where each stands, down to the record of its file. */
export function RowCards({ rows }: { readonly rows: readonly RowView[] }) {
  const t = useText()
  const sides = [
    { side: 'ours', title: t('平台记录', 'Our records') },
    { side: 'theirs', title: t('渠道账单记录', 'Lines of the statement') },
  ] as const
  return (
    <div className="sides">
      {sides.map(({ side, title }) => {
        const of = rows.filter(row => row.side === side)
        return (
          <div key={side} className="pane">
            <Typography.Text strong>
              {title} · {of.length}
            </Typography.Text>
            {of.length === 0 ? (
              <p className="quiet">
                {side === 'ours'
                  ? t('平台没有这一笔', 'We have no such record')
                  : t('账单没有这一笔', 'The statement has none')}
              </p>
            ) : (
              <ul className="plain-list">
                {of.map(row => (
                  <li key={`${row.order_no} ${row.row_id}`} className="row-card">
                    <RowCard row={row} />
                  </li>
                ))}
              </ul>
            )}
          </div>
        )
      })}
    </div>
  )
}

function RowCard({ row }: { readonly row: RowView }) {
  const t = useText()
  const kind = valueWords('kind', row.kind)
  const status = valueWords('status', row.status)
  const numbers = [
    ['order_no', t('缴费单', 'Order'), row.order_no],
    ['trade', t('渠道交易号', 'Channel’s number'), row.channel_trade_no],
    ['merchant_order', t('商户订单号', 'Merchant order'), row.merchant_order_no],
    ['refund', t('退款单号', 'Refund'), row.refund_no],
  ] as const
  return (
    <>
      <div className="row-line">
        <span>
          {kind && t(kind)} · {status && t(status)}
          {!row.live && <Tag className="gap">{t('已移至别处', 'stands elsewhere now')}</Tag>}
        </span>
        <strong>
          <Money amount={row.amount} currency={row.currency} />
        </strong>
      </div>
      <div className="quiet">
        {row.occurred_at ? <When at={row.occurred_at} whole /> : row.business_date}
        {row.fee !== null && (
          <>
            {' '}
            · {t('手续费', 'fee')} <Money amount={row.fee} currency={row.currency} />
          </>
        )}
      </div>
      {row.side === 'theirs' ? (
        <div className="break">
          {row.file || t('文件', 'File')} · {t(`第 ${row.record} 条`, `record ${row.record}`)}
        </div>
      ) : (
        <div className="break">
          {t('支付', 'Payment')} <Num>{row.name}</Num>
        </div>
      )}
      {numbers
        .filter(([, , value]) => value !== '' && value !== row.name)
        .map(([key, name, value]) => (
          <div key={key} className="quiet">
            {name} <Num>{value}</Num>
          </div>
        ))}
    </>
  )
}
