import { SearchOutlined } from '@ant-design/icons'
import { Alert, Button, Flex, Form, Input, Select, Typography } from 'antd'
import { useState } from 'react'
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router'
import type { PayeeList } from '../../../../src/merchants/api.ts'
import type { BillList } from '../../../../src/orders/api.ts'
import { aside, listed } from '../../pieces/phrases.ts'
import { Failed, Loading, Nothing, Page } from '../../pieces/states.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Bills } from './bill.tsx'
import { OpenPayments } from './open_list.tsx'
import { accountLabel } from './words.ts'

/** Bills by account number, for whoever has one at hand. The number stays out of the address: those are kept and passed on. */
export default function PayPage() {
  const t = useText()
  const navigate = useNavigate()
  const { state } = useLocation()
  const [search, setSearch] = useSearchParams()
  const merchantNo = search.get('merchant') ?? undefined
  const asked = (state as { account?: string } | null)?.account ?? ''
  const [account, setAccount] = useState(asked)
  const payees = useRead<PayeeList>('paying', '/api/payees')
  const bills = useRead<BillList>(
    'own',
    '/api/bills',
    { merchant_no: merchantNo, account_no: asked },
    { enabled: merchantNo !== undefined && asked !== '', keep: false },
  )
  const payee = payees.data?.payees.find(each => each.merchant_no === merchantNo)
  const label = accountLabel(t, payee?.fee_items[0]?.account_label)
  const options = (payees.data?.payees ?? []).map(each => ({
    value: each.merchant_no,
    label: aside(
      t,
      each.name,
      listed(
        t,
        each.fee_items.map(item => item.name),
      ),
    ),
  }))
  const find = (): void => {
    if (merchantNo === undefined || account.trim() === '') return
    navigate(
      { search: `?merchant=${encodeURIComponent(merchantNo)}` },
      { replace: true, state: { account: account.trim() } },
    )
    if (account.trim() === asked) void bills.refetch()
  }
  return (
    <Page title={t('查账单、缴费', 'Find a bill and pay it')}>
      <OpenPayments />
      {payees.error && <Failed error={payees.error} again={() => void payees.refetch()} />}
      <form
        className="bill"
        onSubmit={event => {
          event.preventDefault()
          find()
        }}
      >
        <Form.Item label={t('向谁缴费', 'Whom to pay')} layout="vertical" htmlFor="payee" style={{ marginBottom: 12 }}>
          <Select
            id="payee"
            showSearch={{ optionFilterProp: 'label' }}
            loading={payees.isPending}
            placeholder={t('选择或输入单位名称，如“水务”', 'Choose, or type a name')}
            value={merchantNo ?? null}
            options={options}
            onChange={(value: string) => setSearch({ merchant: value }, { replace: true })}
          />
        </Form.Item>
        <Form.Item label={label} layout="vertical" htmlFor="account" style={{ marginBottom: 12 }}>
          <Input
            id="account"
            autoComplete="off"
            inputMode="text"
            maxLength={60}
            value={account}
            placeholder={t('见纸质账单或以前的短信', 'On your paper bill or an earlier message')}
            onChange={event => setAccount(event.target.value)}
          />
        </Form.Item>
        <Button
          type="primary"
          block
          size="large"
          htmlType="submit"
          icon={<SearchOutlined />}
          loading={bills.isFetching}
          disabled={merchantNo === undefined || account.trim() === ''}
        >
          {t('查账单', 'Find bills')}
        </Button>
      </form>
      <div aria-live="polite" style={{ marginTop: 16 }}>
        {bills.error && <Failed error={bills.error} again={() => void bills.refetch()} />}
        {bills.isLoading && <Loading rows={4} />}
        {bills.data && <Found orders={bills.data.orders} merchant={payee?.name ?? ''} />}
      </div>
      <Flex gap={8} wrap style={{ marginTop: 24 }}>
        <Link to="/pay/verify" className="top-link" style={{ paddingInline: 0 }}>
          {t('核验缴费凭证', 'Verify a receipt')}
        </Link>
      </Flex>
    </Page>
  )
}

function Found({ orders, merchant }: { readonly orders: BillList['orders']; readonly merchant: string }) {
  const t = useText()
  if (orders.length === 0)
    return (
      <Nothing
        what={t(
          '没有查到账单：请核对单位和号码。刚出的账单可能要到第二天才有。',
          'No bill was found: compare the name and the number. A new bill may appear on the next day.',
        )}
      />
    )
  const due = orders.filter(order => order.state === 'unpaid' || order.state === 'part_paid')
  const rest = orders.filter(order => !due.includes(order))
  return (
    <>
      {due.length === 0 ? (
        <Alert type="success" showIcon title={t('没有要缴的账单，都缴清了', 'Nothing is due: all bills are paid')} />
      ) : (
        <Bills orders={due} merchant={merchant} />
      )}
      {rest.length > 0 && (
        <details style={{ marginTop: 16 }}>
          <summary style={{ minHeight: 44, paddingBlock: 10, cursor: 'pointer' }}>
            <Typography.Text>{t(`以前的账单（${rest.length}）`, `Earlier bills (${rest.length})`)}</Typography.Text>
          </summary>
          <Bills orders={rest} merchant={merchant} />
        </details>
      )}
    </>
  )
}
