import type { ReceiptView } from '../../../../src/orders/receipt_api.ts'
import { ChannelName, Num, When } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { accountLabel } from './words.ts'

/** What a receipt certifies, line by line. */
export function ReceiptFacts({ receipt }: { readonly receipt: ReceiptView }) {
  const t = useText()
  const facts: readonly (readonly [name: string, value: React.ReactNode])[] = [
    [t('缴费项目', 'Fee item'), receipt.fee_item],
    [t('账单', 'Bill'), receipt.period === '' ? receipt.title : `${receipt.title} ${receipt.period}`],
    [accountLabel(t, receipt.account_label), <Num key="account">{receipt.account}</Num>],
    [t('缴费人', 'Payer'), receipt.payer === '' ? '—' : receipt.payer],
    [t('付款时间', 'Paid at'), <When key="at" at={receipt.paid_at} whole />],
    [t('付款方式', 'By'), <ChannelName key="channel" channel={receipt.channel} />],
    [t('渠道交易号', 'Transaction'), <Num key="trade">{receipt.channel_trade_no}</Num>],
    [t('缴费单号', 'Order'), <Num key="order">{receipt.order_no}</Num>],
    [t('凭证号', 'Receipt no.'), <Num key="no">{receipt.receipt_no}</Num>],
    ...(receipt.refund_flag === 'none' ? [] : [[t('其中已退款', 'Refunded of it'), receipt.refunded] as const]),
  ]
  return (
    <dl className="bill-facts">
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
