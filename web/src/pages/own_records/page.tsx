import { useQueries } from '@tanstack/react-query'
import { Flex } from 'antd'
import { Link } from 'react-router'
import type { BindingList, OwnRecords } from '../../../../src/orders/own_api.ts'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { ChannelName, Num, When } from '../../pieces/values.tsx'
import { ask, type Refused } from '../../shell/api.ts'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Sum } from '../pay/bill.tsx'
import { billName, RECORD_LOOKS, recordState } from '../pay/words.ts'

/** 缴费记录 of all bound account numbers, the newest first. */
export default function RecordsPage() {
  const t = useText()
  const accounts = useRead<BindingList>('own', '/api/own/accounts')
  const lists = useQueries({
    queries: (accounts.data?.accounts ?? []).map(({ merchant_no, account_no }) => {
      const path = `/api/own/accounts/${encodeURIComponent(merchant_no)}/${encodeURIComponent(account_no)}/records`
      return { queryKey: ['own', path, {}], queryFn: () => ask<OwnRecords>('GET', path) }
    }),
  })
  const error = accounts.error ?? (lists.find(list => list.error)?.error as Refused | undefined) ?? null
  const reading = accounts.isPending || lists.some(list => list.isPending)
  const records = lists.flatMap(list => list.data?.records ?? []).sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
  return (
    <Page title={t('缴费记录', 'Payment records')}>
      {error && <Failed error={error} again={() => void Promise.all(lists.map(list => list.refetch()))} />}
      {!error && reading && <Loading rows={10} />}
      {!error && !reading && records.length === 0 && (
        <Nothing
          what={
            accounts.data?.accounts.length === 0
              ? t('绑定户号后，这里显示它的缴费记录', 'Once an account number is bound, its payments are here')
              : t('还没有缴费记录', 'No payments yet')
          }
        >
          <Link to="/own/bills" className="button-link">
            {t('去看账单', 'See the bills')}
          </Link>
        </Nothing>
      )}
      {!error && !reading && records.length > 0 && <Explained />}
      <ul className="bills">
        {records.map(record => (
          <li key={record.payment_no}>
            <Link to={`/own/records/${record.payment_no}`} className="bill record">
              <Flex justify="space-between" align="start" gap={8} wrap>
                <strong>{billName(record)}</strong>
                <State of={recordState(record)} looks={RECORD_LOOKS} />
              </Flex>
              <span className="quiet">
                {record.merchant_name} <Num>{record.account_no}</Num>
              </span>
              <Flex justify="space-between" align="end" gap={8} wrap>
                <span className="big-sum" style={{ fontSize: 24 }}>
                  <Sum amount={record.received ?? record.amount} currency={record.currency} />
                </span>
                <span className="quiet">
                  <ChannelName channel={record.channel} /> <When at={record.paid_at ?? record.created_at} whole />
                </span>
              </Flex>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  )
}

/** The one thing that everybody asks about. */
export function Explained() {
  const t = useText()
  return (
    <p className="quiet">
      {t(
        '“已缴费”：钱已收到，您不用再做什么。“已对账”：次日又与银行、微信等渠道的账核对一致。',
        '“Paid”: the money has arrived, and there is nothing to do. “Reconciled”: on the next day it was compared with the channel’s books as well.',
      )}
    </p>
  )
}
