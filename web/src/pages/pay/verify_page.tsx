import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { VerificationView } from '../../../../src/orders/receipt_api.ts'
import { Failed, Page } from '../../pieces/states.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Sum } from './bill.tsx'
import { ReceiptFacts } from './receipt.tsx'

/** Is a receipt genuine? For whoever was shown one. */
export default function VerifyPage() {
  const t = useText()
  const [search, setSearch] = useSearchParams()
  const code = search.get('code') ?? ''
  const [typed, setTyped] = useState(code)
  const { data, error, isFetching } = useRead<VerificationView>(
    'paying',
    '/api/receipts/verify',
    { code },
    { enabled: code !== '', keep: false },
  )
  return (
    <Page title={t('核验缴费凭证', 'Verify a receipt')}>
      <form
        className="bill"
        onSubmit={event => {
          event.preventDefault()
          setSearch({ code: typed.trim() })
        }}
      >
        <label htmlFor="code">{t('凭证上的校验码（16 位）', 'The code on the receipt (16 letters and digits)')}</label>
        <Input
          id="code"
          size="large"
          autoComplete="off"
          maxLength={64}
          placeholder="5GKF-6P8C-VNV1-YFFZ"
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
        <Button type="primary" size="large" block htmlType="submit" loading={isFetching} disabled={typed.trim() === ''}>
          {t('核验', 'Verify')}
        </Button>
      </form>
      <div aria-live="polite" style={{ marginTop: 16 }}>
        {error && <Failed error={error} />}
        {data && (
          <>
            <Alert
              type={data.now.changed ? 'warning' : 'success'}
              showIcon
              title={
                data.now.reversed
                  ? t('凭证是真的，但这笔缴费后来被冲正', 'Genuine, but this payment was reversed later')
                  : data.now.changed
                    ? t(
                        `凭证是真的；之后有退款，共 ${data.now.refunded}`,
                        `Genuine; ${data.now.refunded} was refunded since`,
                      )
                    : t('凭证是真的。请与纸面逐项核对', 'Genuine. Compare it with the paper line by line')
              }
            />
            <div className="bill" style={{ marginTop: 12 }}>
              <h2 style={{ margin: 0 }}>{data.receipt.merchant}</h2>
              <div className="big-sum">
                <Sum amount={data.receipt.amount} currency={data.receipt.currency} />
              </div>
              <ReceiptFacts receipt={data.receipt} />
            </div>
          </>
        )}
      </div>
    </Page>
  )
}
