import { CameraOutlined, DeleteOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input } from 'antd'
import { useId, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import type { OwnAppealView } from '../../../../src/appeals/api.ts'
import type { OrderView, PaymentView } from '../../../../src/orders/api.ts'
import type { VoucherView } from '../../../../src/reviews/api.ts'
import { Failed, Loading, Nothing, Page } from '../../pieces/states.tsx'
import { ChannelName } from '../../pieces/values.tsx'
import { ask, newRequestId, Refused } from '../../shell/api.ts'
import { useAttempt } from '../../shell/attempt.ts'
import { addressOf } from '../../shell/query.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Sum } from '../pay/bill.tsx'
import { billName } from '../pay/words.ts'
import { asVoucher } from './photo.ts'
import { type AppealKind, KIND_WORDS, mayAppeal } from './words.ts'

/** An appeal about one payment, with photos as evidence. */
export default function NewAppealPage() {
  const t = useText()
  const [search] = useSearchParams()
  const paymentNo = search.get('payment') ?? ''
  const payment = useRead<PaymentView>('paying', `/api/payments/${encodeURIComponent(paymentNo)}`, undefined, {
    enabled: paymentNo !== '',
  })
  const orderNo = payment.data?.order_no
  const order = useRead<OrderView>('own', `/api/orders/${encodeURIComponent(orderNo ?? '')}`, undefined, {
    enabled: orderNo !== undefined,
  })
  const error = payment.error ?? order.error
  if (paymentNo === '')
    return (
      <Nothing what={t('请从缴费记录里选一笔', 'Choose a payment from your records')}>
        <Link to="/own/records" className="button-link">
          {t('去缴费记录', 'To the records')}
        </Link>
      </Nothing>
    )
  if (error) return <Failed error={error} again={() => void payment.refetch()} />
  if (!payment.data || !order.data) return <Loading rows={8} />
  const kind = mayAppeal(payment.data)
  return (
    <Page title={t('提出申诉', 'File an appeal')}>
      <div className="bill" style={{ marginBottom: 16 }}>
        <strong>{billName(order.data)}</strong>
        <span className="big-sum" style={{ fontSize: 24 }}>
          <Sum amount={payment.data.received ?? payment.data.amount} currency={payment.data.currency} />
        </span>
        <span className="quiet">
          <ChannelName channel={payment.data.channel} />
        </span>
      </div>
      {kind === null ? (
        <Alert
          type="success"
          showIcon
          title={t(
            '这笔已缴费并已对账，没有需要申诉的',
            'This payment is reconciled; there is nothing to appeal about',
          )}
        />
      ) : (
        <Filing payment={payment.data} kind={kind} />
      )}
    </Page>
  )
}

type Words = { readonly text: string; readonly trade?: string; readonly email?: string }

function Filing({ payment, kind }: { readonly payment: PaymentView; readonly kind: AppealKind }) {
  const t = useText()
  const navigate = useNavigate()
  const [vouchers, setVouchers] = useState<readonly VoucherView[]>([])
  const file = useDeed<OwnAppealView>(['own'])
  return (
    <Form<Words>
      layout="vertical"
      requiredMark={false}
      onFinish={({ text, trade = '', email = '' }) =>
        file.mutate(
          {
            method: 'POST',
            path: '/api/own/appeals',
            body: {
              ...{ payment_no: payment.payment_no, kind, text: text.trim() },
              ...(trade.trim() === '' ? {} : { channel_trade_no: trade.trim() }),
              ...(email.trim() === '' ? {} : { email: email.trim() }),
              ...(vouchers.length === 0 ? {} : { vouchers: vouchers.map(each => each.voucher_id) }),
            },
          },
          { onSuccess: appeal => navigate(`/own/appeals/${appeal.appeal_id}`, { replace: true }) },
        )
      }
    >
      <p>
        {t('事由：', 'What is wrong: ')}
        <strong>{t(KIND_WORDS[kind])}</strong>
      </p>
      <Form.Item
        name="text"
        label={t('说说情况', 'What happened')}
        rules={[
          { required: true, whitespace: true, message: t('请写几个字说明情况', 'Say in a few words what happened') },
        ]}
      >
        <Input.TextArea
          rows={4}
          maxLength={1000}
          showCount
          placeholder={t(
            '例如：11 月 20 日微信扣了 128.60 元，账单还显示待缴',
            'When, how much, and what is shown instead',
          )}
        />
      </Form.Item>
      {kind === 'not_paid' && (
        <Form.Item
          name="trade"
          label={t('微信、支付宝或银行的交易号（在付款记录里）', 'Transaction number, from your app or bank')}
          rules={[
            { pattern: /^\s*[A-Za-z0-9_-]{0,64}\s*$/, message: t('只能是字母和数字', 'Letters and digits only') },
          ]}
          extra={t('没有就上传付款截图，两样有一样即可', 'Or add a picture of the payment: one of the two is enough')}
        >
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
      )}
      <Photos vouchers={vouchers} change={setVouchers} />
      <Form.Item
        name="email"
        label={t('邮箱（可不填，填了也用邮件答复）', 'Mail address (if you want the answer by mail as well)')}
        rules={[{ type: 'email', message: t('邮箱不正确', 'This is no mail address') }]}
      >
        <Input autoComplete="email" inputMode="email" maxLength={120} />
      </Form.Item>
      {file.error && <Failed error={file.error} />}
      <div className="sticky-deed">
        <Button type="primary" size="large" block htmlType="submit" loading={file.isPending}>
          {t('提交申诉', 'File the appeal')}
        </Button>
      </div>
    </Form>
  )
}

const PHOTOS_MAX = 5

/** Pictures and PDFs, sent as soon as they are chosen. */
function Photos({
  vouchers,
  change,
}: {
  readonly vouchers: readonly VoucherView[]
  readonly change: (next: readonly VoucherView[]) => void
}) {
  const t = useText()
  const field = useId()
  const { busy, refused, attempt } = useAttempt()
  const add = async (files: readonly File[]): Promise<void> => {
    const sent: VoucherView[] = []
    await attempt(async () => {
      for (const file of files.slice(0, PHOTOS_MAX - vouchers.length)) {
        const voucher = await asVoucher(file)
        if (!voucher) throw notTaken(file.name)
        const path = addressOf('/api/own/vouchers', { id: newRequestId(), name: voucher.name.slice(-100) })
        sent.push(await ask<VoucherView>('POST', path, { body: voucher.content }))
      }
    })
    if (sent.length > 0) change([...vouchers, ...sent])
  }
  return (
    <div style={{ marginBottom: 24 }}>
      <div style={{ marginBottom: 8 }}>
        {t(`付款截图或照片（最多 ${PHOTOS_MAX} 张）`, `Pictures of the payment (${PHOTOS_MAX} at most)`)}
      </div>
      <ul className="photos">
        {vouchers.map(voucher => (
          <li key={voucher.voucher_id}>
            <span>{voucher.name}</span>
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t(`删除 ${voucher.name}`, `Remove ${voucher.name}`)}
              onClick={() => change(vouchers.filter(each => each !== voucher))}
            />
          </li>
        ))}
      </ul>
      {vouchers.length < PHOTOS_MAX && (
        <>
          <input
            id={field}
            className="only-read photo-field"
            type="file"
            accept="image/*,application/pdf"
            multiple
            disabled={busy}
            onChange={event => {
              const files = [...(event.target.files ?? [])]
              event.target.value = ''
              void add(files)
            }}
          />
          <label htmlFor={field} className="button-link second photo-label" aria-busy={busy}>
            <CameraOutlined aria-hidden="true" />
            &nbsp;{busy ? t('正在上传…', 'Sending…') : t('拍照或选图片', 'Take or choose a picture')}
          </label>
        </>
      )}
      {refused && <Failed error={refused} />}
    </div>
  )
}

const notTaken = (name: string): Refused =>
  new Refused(422, 'voucher_type_unknown', {
    zh: `“${name}”无法使用：请选照片、截图，或不超过 10 MB 的 PDF`,
    en: `"${name}" cannot be used: choose a picture, or a PDF of at most 10 MB`,
  })
