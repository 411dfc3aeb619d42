import { Button, Drawer, Flex, Grid, Space, Tag, Timeline, Typography } from 'antd'
import { Link } from 'react-router'
import type { OrderView } from '../../../../src/orders/api.ts'
import type { ItemDetail, ItemView } from '../../../../src/reconciliation/items/api.ts'
import { Failed, Loading, State } from '../../pieces/states.tsx'
import { Money, Num, When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Facts, Matched, Paid, Part } from './item_parts.tsx'
import { flagWords, ITEM_LOOKS } from './looks.ts'

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
