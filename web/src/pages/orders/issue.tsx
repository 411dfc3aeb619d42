import { Flex, Form, Input, Select } from 'antd'
import type { FeeItemList, MerchantList } from '../../../../src/merchants/api.ts'
import type { OrderAsk, OrderView } from '../../../../src/orders/api.ts'
import { FormDialog, useNeeded } from '../../pieces/form_dialog.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** One order. Its number is the id of the request, too: sent twice it is issued once. */
export function IssueOrder({
  open,
  close,
  done,
}: {
  readonly open: boolean
  readonly close: () => void
  readonly done: (orderNo: string) => void
}) {
  const t = useText()
  const needed = useNeeded()
  const deed = useDeed<OrderView>(['payments'])
  const merchants = useRead<MerchantList>('merchants', '/api/merchants', { limit: 500 }, { enabled: open })
  const items = useRead<FeeItemList>('merchants', '/api/fee-items', { state: 'active' }, { enabled: open })
  const submit = async (values: OrderAsk): Promise<void> => {
    const given = Object.fromEntries(
      Object.entries(values)
        .map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value])
        .filter(([, value]) => value !== undefined && value !== ''),
    )
    const order = await deed.mutateAsync({ method: 'POST', path: '/api/orders', body: given, bare: true })
    done(order.order_no)
  }
  return (
    <FormDialog<OrderAsk>
      open={open}
      close={close}
      title={t('开缴费单', 'Issue an order')}
      confirm={t('开单', 'Issue')}
      width={640}
      submit={submit}
    >
      {form => (
        <>
          <Flex gap={12} wrap>
            <Form.Item
              name="merchant_no"
              label={t('收费单位', 'Merchant')}
              rules={[needed]}
              style={{ flex: '1 1 220px' }}
            >
              <Select
                autoFocus
                showSearch={{ optionFilterProp: 'label' }}
                onChange={() => form.setFieldValue('fee_item_id', undefined)}
                options={
                  merchants.data?.merchants
                    .filter(({ state }) => state === 'active')
                    .map(({ merchant_no, name }) => ({ value: merchant_no, label: name })) ?? []
                }
              />
            </Form.Item>
            <Form.Item noStyle shouldUpdate={(a, b) => a.merchant_no !== b.merchant_no}>
              {() => (
                <Form.Item
                  name="fee_item_id"
                  label={t('缴费项目', 'Fee item')}
                  rules={[needed]}
                  style={{ flex: '1 1 220px' }}
                >
                  <Select
                    options={
                      items.data?.fee_items
                        .filter(({ merchant_no }) => merchant_no === form.getFieldValue('merchant_no'))
                        .map(({ fee_item_id, name }) => ({ value: fee_item_id, label: name })) ?? []
                    }
                  />
                </Form.Item>
              )}
            </Form.Item>
          </Flex>
          <Flex gap={12} wrap>
            <Form.Item
              name="order_no"
              label={t('缴费单号', 'Order number')}
              rules={[
                {
                  required: true,
                  pattern: /^[A-Za-z0-9_-]{1,40}$/,
                  message: t('1–40 个字母、数字、- 或 _', '1 to 40 letters, digits, - or _'),
                },
              ]}
              style={{ flex: '1 1 220px' }}
            >
              <Input maxLength={40} autoComplete="off" />
            </Form.Item>
            <Form.Item
              name="account_no"
              label={t('户号', 'Account number')}
              rules={[needed]}
              style={{ flex: '1 1 220px' }}
            >
              <Input maxLength={60} autoComplete="off" />
            </Form.Item>
          </Flex>
          <Flex gap={12} wrap>
            <Form.Item
              name="amount"
              label={t('金额（元）', 'Amount')}
              rules={[
                {
                  required: true,
                  pattern: /^\d{1,13}(\.\d{1,2})?$/,
                  message: t('如 128.60', 'Such as 128.60'),
                },
              ]}
              style={{ flex: '1 1 140px' }}
            >
              <Input inputMode="decimal" autoComplete="off" />
            </Form.Item>
            <Form.Item name="title" label={t('账单名称', 'Bill')} style={{ flex: '1 1 160px' }}>
              <Input maxLength={80} />
            </Form.Item>
            <Form.Item name="period" label={t('所属期', 'Period')} style={{ flex: '1 1 120px' }}>
              <Input maxLength={40} placeholder="2026-11" />
            </Form.Item>
          </Flex>
          <Flex gap={12} wrap>
            <Form.Item name="payer_name" label={t('缴费人', 'Payer')} style={{ flex: '1 1 140px' }}>
              <Input maxLength={80} autoComplete="off" />
            </Form.Item>
            <Form.Item
              name="phone"
              label={t('通知手机号', 'Phone for notices')}
              rules={[{ pattern: /^\+?\d{6,20}$/, message: t('只填数字', 'Digits only') }]}
              style={{ flex: '1 1 160px' }}
            >
              <Input inputMode="tel" autoComplete="off" />
            </Form.Item>
            <Form.Item name="due_on" label={t('截止日', 'Due on')} style={{ flex: '1 1 140px' }}>
              <Input type="date" />
            </Form.Item>
          </Flex>
        </>
      )}
    </FormDialog>
  )
}
