import { Button, Descriptions, Drawer, Flex, Grid, Space, Steps, Tag, Timeline, Typography } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { OrderView, PaymentView } from '../../../../src/orders/api.ts'
import type { ItemDetail, ItemView } from '../../../../src/reconciliation/items/api.ts'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { ChannelName, Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Compared } from './compared.tsx'
import { causeWords, flagWords, ITEM_LOOKS, kindWords, passWords } from './looks.ts'

export type DrawerActs = {
  readonly confirm: (item: ItemView) => void
  readonly undo: (item: ItemView) => void
}

/** Everything about one item, beside the list it was opened from. */
export function ItemDrawer({
  no,
  close,
  merchantOf,
  acts,
}: {
  readonly no: string | null
  readonly close: () => void
  readonly merchantOf: (no: string) => string
  readonly acts: DrawerActs
}) {
  const t = useText()
  const wide = Grid.useBreakpoint().md ?? true
  return (
    <Drawer
      open={no !== null}
      onClose={close}
      size={wide ? 620 : '100%'}
      title={t('已缴费项目', 'Paid item')}
      mask={!wide}
      destroyOnHidden
    >
      {no !== null && <Detail no={no} merchantOf={merchantOf} acts={acts} />}
    </Drawer>
  )
}

function Detail({
  no,
  merchantOf,
  acts,
}: {
  readonly no: string
  readonly merchantOf: (no: string) => string
  readonly acts: DrawerActs
}) {
  const t = useText()
  const { may } = useSession()
  const read = useRead<ItemDetail>('items', `/api/items/${encodeURIComponent(no)}`, undefined, { keep: false })
  const orderNo = read.data?.order_no ?? ''
  const order = useRead<OrderView>('payments', `/api/orders/${encodeURIComponent(orderNo)}`, undefined, {
    enabled: orderNo !== '' && may('order.read'),
    keep: false,
  })
  if (read.error) return <Failed error={read.error} again={() => void read.refetch()} />
  if (!read.data) return <Loading rows={14} />
  const item = read.data
  const confirmable = item.confirmed === null && item.review_id === null && item.state !== 'reconciled'
  return (
    <Flex vertical gap={20}>
      <Flex justify="space-between" align="start" gap={12} wrap>
        <div>
          <Typography.Title level={2} style={{ margin: 0, fontSize: 26 }}>
            <Money amount={item.amount} currency={item.currency} />
          </Typography.Title>
          <Space size={4} wrap>
            <State of={item.review_id === null ? item.state : 'awaiting_review'} looks={ITEM_LOOKS} />
            {item.flags.map(flag => (
              <Tag key={flag}>{t(flagWords(flag))}</Tag>
            ))}
          </Space>
        </div>
        {may('item.confirm') && confirmable && (
          <Button type="primary" danger={item.anomalous} onClick={() => acts.confirm(item)}>
            {item.anomalous ? t('说明并确认', 'Explain and confirm') : t('确认', 'Confirm')}
          </Button>
        )}
        {may('item.confirm') && item.undoable && (
          <Button onClick={() => acts.undo(item)}>{t('撤回确认', 'Take it back')}</Button>
        )}
      </Flex>
      {item.review_id !== null && (
        <Link to={`/reviews/${encodeURIComponent(item.review_id)}`}>
          {t('正在等待第二人复核，查看复核', 'A second person is asked: see the review')}
        </Link>
      )}
      <Part title={t('缴费单', 'Bill')}>
        <Facts
          rows={[
            [t('收费单位', 'Merchant'), merchantOf(item.merchant_no)],
            [t('名称', 'Title'), `${item.title}${order.data?.period ? ` · ${order.data.period}` : ''}`],
            [t('缴费人', 'Payer'), item.payer_name || '—'],
            [t('户号', 'Account no'), <Num key="a">{item.account_no}</Num>],
            [t('缴费单号', 'Order no'), <Num key="o">{item.order_no}</Num>],
            ...(order.data
              ? ([
                  [
                    t('应缴 / 已缴', 'Due / paid'),
                    <span key="p">
                      <Money amount={order.data.amount} /> / <Money amount={order.data.paid} />
                    </span>,
                  ],
                ] as const)
              : []),
          ]}
        />
      </Part>
      <Paid item={item} />
      <Matched item={item} />
      {item.confirmations.length > 0 && (
        <Part title={t('确认记录', 'Confirmations')}>
          <Timeline
            items={item.confirmations.map(word => ({
              key: word.at,
              color: word.undone_at === null ? 'green' : 'gray',
              content: (
                <>
                  <When at={word.at} whole /> {word.by} {word.kind === 'anomalous' && t('异常确认', 'anomalous')}
                  {word.reason !== '' && <div>{word.reason}</div>}
                  {word.undone_at !== null && (
                    <Typography.Text type="secondary">
                      {t('已撤回', 'taken back')} <When at={word.undone_at} />
                    </Typography.Text>
                  )}
                </>
              ),
            }))}
          />
        </Part>
      )}
    </Flex>
  )
}

const STEP_WORDS = {
  submitted: { zh: '已提交', en: 'Submitted' },
  channel_confirmed: { zh: '渠道已确认', en: 'Channel confirmed' },
  booked: { zh: '已入账', en: 'Booked' },
  reconciled: { zh: '已对账', en: 'Reconciled' },
} as const

function Paid({ item }: { readonly item: ItemDetail }) {
  const t = useText()
  const { may } = useSession()
  const payment = useRead<PaymentView>('payments', `/api/payments/${encodeURIComponent(item.payment_no)}`, undefined, {
    enabled: item.kind === 'payment' && may('payment.read'),
    keep: false,
  })
  return (
    <Part title={item.kind === 'refund' ? t('退款', 'Refund') : t('支付', 'Payment')}>
      {payment.data && (
        <Steps
          size="small"
          orientation="horizontal"
          titlePlacement="vertical"
          responsive={false}
          style={{ marginBottom: 12 }}
          items={payment.data.steps.map(({ step, done, at }) => ({
            title: t(STEP_WORDS[step]),
            status: done ? ('finish' as const) : ('wait' as const),
            content: at === null ? '' : <When at={at} />,
          }))}
        />
      )}
      <Facts
        rows={[
          [t('支付时间', 'Paid at'), <When key="at" at={item.paid_at} whole />],
          [
            t('渠道', 'Channel'),
            <span key="c">
              <ChannelName channel={item.channel} /> {item.account}
            </span>,
          ],
          [t('支付单号', 'Payment no'), <Num key="n">{item.payment_no}</Num>],
          [t('渠道流水号', 'Channel trade no'), <Num key="t">{item.channel_trade_no}</Num>],
          [
            t('账期', 'Business day'),
            item.day_id === null ? (
              item.business_date
            ) : (
              <Link key="d" to={`/days/${item.day_id}`}>
                {item.business_date}
              </Link>
            ),
          ],
        ]}
      />
    </Part>
  )
}

function Matched({ item }: { readonly item: ItemDetail }) {
  const t = useText()
  const { may } = useSession()
  const { match, doubt } = item
  return (
    <Part title={t('对账', 'Reconciliation')}>
      {match && (
        <Facts
          rows={[
            [t('匹配依据', 'Matched by'), t(passWords(match.pass))],
            [t('规则版本', 'Rules'), match.rules === null ? '—' : t(`第 ${match.rules} 版`, `version ${match.rules}`)],
            [t('差额', 'Difference'), <Money key="m" amount={match.difference} currency={item.currency} />],
            ...(match.by === '' ? [] : ([[t('手工匹配', 'Matched by hand'), `${match.by}：${match.reason}`]] as const)),
          ]}
        />
      )}
      {!match && item.lines.length === 0 && !doubt && (
        <Typography.Text type="secondary">
          {item.state === 'in_transit'
            ? t('在途：等待相邻账期的对账单', 'In transit: waits for the statement of a neighbouring day')
            : t('对账单未到，或尚未对账', 'Its statement has not come, or was not compared yet')}
        </Typography.Text>
      )}
      {doubt && (
        <Typography.Paragraph type="danger">
          <strong>
            {t(kindWords(doubt.kind))}：{t(causeWords(doubt.cause))}
          </strong>
          <br />
          {t({ zh: doubt.zh, en: doubt.en })}
        </Typography.Paragraph>
      )}
      {(doubt || item.lines.length > 0) && <Compared detail={item} />}
      {item.discrepancy_id !== null && may('discrepancy.read') && (
        <Link to={`/discrepancies/${item.discrepancy_id}`}>{t('打开差错', 'Open the discrepancy')}</Link>
      )}
    </Part>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Typography.Title level={3} style={{ fontSize: 16, marginTop: 0 }}>
        {title}
      </Typography.Title>
      {children}
    </section>
  )
}

function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Descriptions
      column={1}
      size="small"
      styles={{ label: { width: 128 } }}
      items={rows.map(([label, children]) => ({ key: label, label, children }))}
    />
  )
}
