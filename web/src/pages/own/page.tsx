import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Flex } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { BindingList, OwnBills } from '../../../../src/orders/own_api.ts'
import { Failed, Loading, Nothing, Page } from '../../pieces/states.tsx'
import { Num } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Bills, Sum } from '../pay/bill.tsx'
import { OpenPayments } from '../pay/open_list.tsx'
import { sumOf } from '../pay/ways.ts'
import { BindDialog } from './bind.tsx'

/** 缴费: what is due for all account numbers that the payer has bound. */
export default function OwnBillsPage() {
  const t = useText()
  const navigate = useNavigate()
  const { may } = useSession()
  const [binding, setBinding] = useState(false)
  const accounts = useRead<BindingList>('own', '/api/own/accounts')
  const bills = useRead<OwnBills>('own', '/api/own/bills')
  const error = accounts.error ?? bills.error
  const bindButton = may('own.manage') && (
    <Button icon={<PlusOutlined />} onClick={() => setBinding(true)}>
      {t('绑定户号', 'Add an account number')}
    </Button>
  )
  const due = (bills.data?.orders ?? []).filter(({ state }) => state === 'unpaid' || state === 'part_paid')
  return (
    <Page title={t('我的缴费', 'My bills')} extra={bindButton}>
      <OpenPayments />
      {error && <Failed error={error} again={() => void Promise.all([accounts.refetch(), bills.refetch()])} />}
      {!error && (!accounts.data || !bills.data) && <Loading rows={8} />}
      {accounts.data &&
        bills.data &&
        (accounts.data.accounts.length === 0 ? (
          <Nothing
            what={t(
              '还没有绑定户号。绑定后，每次打开就能看到要缴的费用。',
              'No account number is bound yet. Once it is, what is due is here whenever you come.',
            )}
          >
            <Flex vertical gap={10} align="center">
              <Button type="primary" size="large" onClick={() => setBinding(true)}>
                {t('绑定户号', 'Add an account number')}
              </Button>
              <Link to="/pay" className="top-link">
                {t('只查一次，不绑定', 'Just find a bill this once')}
              </Link>
            </Flex>
          </Nothing>
        ) : (
          <>
            <DueInAll due={due} />
            {accounts.data.accounts.map(account => (
              <section key={`${account.merchant_no} ${account.account_no}`}>
                <h2>
                  {account.merchant_name} <Num>{account.account_no}</Num>
                </h2>
                <BillsOf
                  orders={due.filter(
                    each => each.merchant_no === account.merchant_no && each.account_no === account.account_no,
                  )}
                  merchant={account.merchant_name}
                />
              </section>
            ))}
            <p style={{ marginTop: 24 }}>
              <Link to="/pay" className="top-link" style={{ paddingInline: 0, whiteSpace: 'normal' }}>
                {t('替别人缴：按户号查账单', 'For somebody else: find bills by account number')}
              </Link>
            </p>
          </>
        ))}
      {binding && <BindDialog close={() => setBinding(false)} bound={() => navigate('/own/bills')} />}
    </Page>
  )
}

function DueInAll({ due }: { readonly due: OwnBills['orders'] }) {
  const t = useText()
  if (due.length === 0)
    return <Alert type="success" showIcon title={t('都缴清了，没有要缴的', 'All is paid; nothing is due')} />
  const currencies = [...new Set(due.map(({ currency }) => currency))]
  return (
    <div className="bill">
      <span className="quiet">{t(`共 ${due.length} 笔待缴`, `${due.length} to pay`)}</span>
      {currencies.map(currency => (
        <span key={currency} className="big-sum">
          <Sum
            amount={sumOf(
              due.filter(each => each.currency === currency).map(each => each.due),
              currency,
            )}
            currency={currency}
          />
        </span>
      ))}
    </div>
  )
}

function BillsOf({ orders, merchant }: { readonly orders: OwnBills['orders']; readonly merchant: string }) {
  const t = useText()
  if (orders.length === 0) return <p className="quiet">{t('没有要缴的', 'Nothing is due')}</p>
  return <Bills orders={orders} merchant={merchant} />
}
