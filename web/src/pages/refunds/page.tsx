import { Input } from 'antd'
import { Nothing, Page } from '../../pieces/states.tsx'
import { useFilters } from '../../shell/address.ts'
import { useText } from '../../shell/text.ts'
import { Found } from './found.tsx'
import './refunds.css'

/** 退款: finds a payment or an order by its number, shows what went back and what remains, and takes the next refund. */
export default function Refunds() {
  const t = useText()
  const [{ number }, change] = useFilters(['number'])
  return (
    <Page title={t('退款', 'Refunds')}>
      <div className="filters">
        <Input.Search
          key={number}
          className="refund-search"
          size="large"
          allowClear
          autoFocus={number === ''}
          aria-label={t('支付单号或缴费单号', 'Number of a payment or an order')}
          placeholder={t('支付单号或缴费单号', 'Number of a payment or an order')}
          enterButton={t('查找', 'Find')}
          defaultValue={number}
          maxLength={64}
          onSearch={text => change({ number: text.trim() })}
        />
      </div>
      {number === '' ? (
        <Nothing
          what={t(
            '输入支付单号或缴费单号；也可以从缴费记录、差错和申诉中点支付单进入',
            'Give the number of a payment or an order, or come from a record, a discrepancy or an appeal',
          )}
        />
      ) : (
        <Found key={number} number={number} />
      )}
    </Page>
  )
}
