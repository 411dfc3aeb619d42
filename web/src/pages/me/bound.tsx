import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex } from 'antd'
import { useState } from 'react'
import type { BindingList } from '../../../../src/orders/own_api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { Num } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { BindDialog } from '../own/bind.tsx'

type Account = BindingList['accounts'][number]

/** The account numbers a payer has bound, to add and to remove. */
export function BoundAccounts() {
  const t = useText()
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Account | null>(null)
  const unbind = useDeed(['own'])
  const { data, error, refetch } = useRead<BindingList>('own', '/api/own/accounts')
  if (error) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={2} />
  return (
    <Flex vertical gap={12} align="start">
      {data.accounts.length === 0 && <span className="quiet">{t('还没有绑定', 'None yet')}</span>}
      <ul className="devices">
        {data.accounts.map(account => (
          <li key={`${account.merchant_no} ${account.account_no}`}>
            <div style={{ flex: 1 }}>
              <strong>{account.merchant_name}</strong>
              <div className="quiet">
                <Num>{account.account_no}</Num>
              </div>
            </div>
            <Button
              icon={<DeleteOutlined />}
              aria-label={t(`解绑 ${account.account_no}`, `Remove ${account.account_no}`)}
              onClick={() => setLeaving(account)}
            >
              {t('解绑', 'Remove')}
            </Button>
          </li>
        ))}
      </ul>
      <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
        {t('绑定户号', 'Add an account number')}
      </Button>
      {adding && <BindDialog close={() => setAdding(false)} bound={() => {}} />}
      <ReasonDialog
        open={leaving !== null}
        title={t('解绑这个户号？', 'Remove this account number?')}
        confirm={t('解绑', 'Remove')}
        reason="none"
        close={() => setLeaving(null)}
        decide={() =>
          unbind.mutateAsync({
            method: 'DELETE',
            path: `/api/own/accounts/${encodeURIComponent(leaving?.merchant_no ?? '')}/${encodeURIComponent(leaving?.account_no ?? '')}`,
            bare: true,
          })
        }
      >
        {t(
          '账单和缴费记录都还在，只是不再显示在您这里。',
          'Bills and payments stay as they are; they are just not shown here any more.',
        )}
      </ReasonDialog>
    </Flex>
  )
}
