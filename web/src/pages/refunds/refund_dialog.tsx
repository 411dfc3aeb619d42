import { Alert, App, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import type { PaymentView } from '../../../../src/orders/api.ts'
import type { RefundView } from '../../../../src/refunds/api.ts'
import { Failed } from '../../pieces/states.tsx'
import { Money } from '../../pieces/values.tsx'
import { type Uploaded, VoucherPicker } from '../../pieces/vouchers.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { amountFault, remainsAfter } from './amount.ts'

/** Asks for a refund of a payment: all that remains, or a part. */
export function RefundDialog({
  payment,
  reconciled,
  close,
}: {
  readonly payment: PaymentView
  readonly reconciled: boolean
  readonly close: () => void
}) {
  const t = useText()
  const { message } = App.useApp()
  const [amount, setAmount] = useState(payment.remaining)
  const [reason, setReason] = useState('')
  const [vouchers, setVouchers] = useState<readonly Uploaded[]>([])
  const deed = useDeed<RefundView>(['refunds', 'payments', 'reviews', 'items'])
  const fault = amountFault(amount, payment.remaining, payment.currency)
  const rest = remainsAfter(amount, payment.remaining, payment.currency)
  const ready = fault === null && reason.trim() !== '' && (!reconciled || vouchers.length > 0)
  const send = (): void =>
    deed.mutate(
      {
        method: 'POST',
        path: `/api/payments/${encodeURIComponent(payment.payment_no)}/refunds`,
        body: {
          amount,
          reason: reason.trim(),
          ...(vouchers.length === 0 ? {} : { vouchers: vouchers.map(({ id }) => id) }),
        },
        // An amount that was changed after a lost answer must not be refunded on top of the first.
        wish: 'refund',
      },
      {
        onSuccess: made => {
          void message.success(
            made.state === 'awaiting_review'
              ? t('已提交复核，第二人同意后退款', 'Submitted for review; it is refunded when a second person agrees')
              : t('退款已提交渠道', 'The refund is on its way'),
          )
          close()
        },
      },
    )
  return (
    <Modal
      open
      title={t('申请退款', 'Ask for a refund')}
      okText={reconciled ? t('提交复核', 'Submit for review') : t('申请退款', 'Ask for it')}
      cancelText={t('取消', 'Cancel')}
      okButtonProps={{ disabled: !ready, loading: deed.isPending }}
      onOk={send}
      onCancel={close}
    >
      <p>
        {t('可退余额', 'Could be refunded')} <Money amount={payment.remaining} currency={payment.currency} />
        {t('，原路退回支付账户。', ', to the account that paid.')}
      </p>
      <Alert
        type={reconciled ? 'warning' : 'info'}
        showIcon
        title={
          reconciled
            ? t(
                '该笔缴费已对账：退款须附凭证，并由第二人复核。',
                'This payment is reconciled: a refund needs a voucher and a second person.',
              )
            : t(
                '达到复核金额的退款由第二人复核；低于该金额的立即退款。',
                'From the amount of reviews on a second person decides; below it is refunded at once.',
              )
        }
      />
      <Form layout="vertical" style={{ marginTop: 16 }}>
        <Form.Item
          label={t('退款金额', 'Amount')}
          required
          htmlFor="refund-amount"
          {...(fault ? { validateStatus: 'error' as const, help: t(fault) } : {})}
          extra={rest === null ? undefined : `${t('退后剩余', 'Remains after it')} ${rest}`}
        >
          <Input
            id="refund-amount"
            inputMode="decimal"
            value={amount}
            onChange={event => setAmount(event.target.value.trim())}
            suffix={payment.currency}
          />
        </Form.Item>
        <Form.Item
          label={t('理由（记入操作日志）', 'Reason (kept in the operation log)')}
          required
          htmlFor="refund-reason"
        >
          <Input.TextArea
            id="refund-reason"
            rows={3}
            maxLength={200}
            showCount
            value={reason}
            onChange={event => setReason(event.target.value)}
          />
        </Form.Item>
        {reconciled && (
          <Form.Item label={t('凭证', 'Vouchers')} required>
            <VoucherPicker uploaded={vouchers} change={setVouchers} />
          </Form.Item>
        )}
      </Form>
      {deed.error && <Failed error={deed.error} />}
    </Modal>
  )
}
