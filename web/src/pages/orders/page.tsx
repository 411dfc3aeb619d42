import { PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Form, Input, Select } from 'antd'
import { useState } from 'react'
import type { MerchantList } from '../../../../src/merchants/api.ts'
import type { OrderView } from '../../../../src/orders/api.ts'
import { useSearchKey } from '../../pieces/list_keys.ts'
import { Listing } from '../../pieces/listing.tsx'
import { ORDER_STATES } from '../../pieces/payment_words.ts'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { Money } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { IssueOrder } from './issue.tsx'
import { OrderDrawer } from './order.tsx'

/** 缴费单: found by number, or by merchant and the payer's account number; issued one at a time, and taken back while nothing is paid. */
export default function OrdersPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const [issuing, setIssuing] = useState(false)
  const merchant = address.get('merchant')
  const account = address.get('account')
  const asked = merchant !== '' && account !== ''
  const bills = useRead<{ orders: OrderView[] }>(
    'payments',
    '/api/bills',
    { merchant_no: merchant, account_no: account },
    { enabled: asked, keep: false },
  )
  const merchants = useRead<MerchantList>(
    'merchants',
    '/api/merchants',
    { limit: 500 },
    { enabled: may('merchant.read') },
  )
  const open = (orderNo: string): void => address.set({ order: orderNo }, { step: true })
  useSearchKey(() => document.getElementById('order-no')?.focus())
  return (
    <Page
      title={t('缴费单', 'Orders')}
      extra={
        may('order.issue') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setIssuing(true)}>
            {t('开缴费单', 'Issue an order')}
          </Button>
        )
      }
    >
      <div className="panel" style={{ marginBottom: 16 }}>
        <Flex wrap gap={24}>
          <Form layout="vertical" style={{ flex: '1 1 260px', maxWidth: 360 }}>
            <Form.Item label={t('按缴费单号', 'By order number')} htmlFor="order-no" style={{ margin: 0 }}>
              <Input.Search
                id="order-no"
                allowClear
                maxLength={40}
                enterButton={t('打开', 'Open')}
                onSearch={value => value.trim() !== '' && open(value.trim())}
              />
            </Form.Item>
          </Form>
          {may('merchant.read') && (
            <Form<{ merchant: string; account: string }>
              layout="vertical"
              style={{ flex: '1 1 420px' }}
              initialValues={{ merchant: merchant || undefined, account }}
              onFinish={values => address.set({ merchant: values.merchant, account: values.account?.trim() })}
            >
              <Flex wrap gap={8} align="end">
                <Form.Item
                  name="merchant"
                  label={t('按收费单位', 'By merchant')}
                  style={{ margin: 0, flex: '1 1 180px' }}
                >
                  <Select
                    showSearch={{ optionFilterProp: 'label' }}
                    options={
                      merchants.data?.merchants.map(({ merchant_no, name }) => ({ value: merchant_no, label: name })) ??
                      []
                    }
                  />
                </Form.Item>
                <Form.Item
                  name="account"
                  label={t('和户号', 'and account number')}
                  style={{ margin: 0, flex: '1 1 140px' }}
                >
                  <Input allowClear maxLength={60} />
                </Form.Item>
                <Button htmlType="submit">{t('查找', 'Find')}</Button>
              </Flex>
            </Form>
          )}
        </Flex>
      </div>
      {bills.error && <Failed error={bills.error} again={() => void bills.refetch()} />}
      {asked ? (
        bills.isPending ? (
          <Loading rows={6} />
        ) : (
          <Listing<OrderView>
            label={t('缴费单', 'Orders')}
            rows={bills.data?.orders ?? []}
            keyOf={({ order_no }) => order_no}
            chosen={address.get('order')}
            open={({ order_no }) => open(order_no)}
            empty={<Nothing what={t('该户号没有缴费单', 'This account number has no orders')} />}
            columns={[
              {
                title: t('缴费单号', 'Order no'),
                head: true,
                render: ({ order_no }) => order_no,
              },
              {
                title: t('状态', 'State'),
                head: true,
                render: ({ state }) => <State of={state} looks={ORDER_STATES} />,
              },
              { title: t('账单', 'Bill'), render: ({ title, period }) => `${title} ${period}`.trim() || '—' },
              {
                title: t('金额', 'Amount'),
                right: true,
                render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
              },
              {
                title: t('待缴', 'Due'),
                right: true,
                render: ({ due, currency }) => <Money amount={due} currency={currency} />,
              },
              { title: t('截止', 'Due on'), render: ({ due_on }) => due_on ?? '—' },
            ]}
          />
        )
      ) : (
        <div className="listing-empty">
          <Nothing
            what={t(
              '输入缴费单号，或选择收费单位并输入户号',
              'Give an order number, or a merchant and an account number',
            )}
          />
        </div>
      )}
      <IssueOrder open={issuing} close={() => setIssuing(false)} done={open} />
      <OrderDrawer no={address.get('order')} close={() => address.set({ order: null })} />
    </Page>
  )
}
