import { Alert, Form, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import type { RevealAsk, RevealView } from '../../../../src/orders/reveal_api.ts'
import { Failed } from '../../pieces/states.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** The platform asks for as many letters. */
const REASON_LETTERS = 4

/** Looks at one masked field of a bill, for a reason that the log keeps. */
export function Reveal({ orderNo, close }: { readonly orderNo: string; readonly close: () => void }) {
  const t = useText()
  const [field, setField] = useState<RevealAsk['field']>('account_no')
  const [reason, setReason] = useState('')
  const deed = useDeed<RevealView>([])
  const ready = reason.trim().length >= REASON_LETTERS
  const shown = deed.data
  return (
    <Modal
      open
      title={t(`查看被遮蔽的内容 · ${orderNo}`, `Look at what is masked · ${orderNo}`)}
      okText={t('查看', 'Look')}
      cancelText={t('关闭', 'Close')}
      okButtonProps={{ disabled: !ready, loading: deed.isPending }}
      onOk={() =>
        deed.mutate({
          method: 'POST',
          path: `/api/orders/${encodeURIComponent(orderNo)}/reveal`,
          body: { field, reason: reason.trim() },
        })
      }
      onCancel={close}
    >
      <p>
        {t(
          '每次查看都写入操作日志，连同您的姓名和理由。',
          'Each look stands in the operation log, with your name and reason.',
        )}
      </p>
      <Form layout="vertical">
        <Form.Item label={t('内容', 'Field')}>
          <Radio.Group
            value={field}
            onChange={event => {
              setField(event.target.value)
              deed.reset()
            }}
            options={[
              { value: 'account_no', label: t('户号', 'Account number') },
              { value: 'payer_name', label: t('姓名', 'Name') },
              { value: 'phone', label: t('手机', 'Phone') },
              { value: 'email', label: t('邮箱', 'Mail') },
            ]}
          />
        </Form.Item>
        <Form.Item label={t('理由（至少 4 个字）', 'Reason (4 letters at least)')} required htmlFor="reveal-reason">
          <Input id="reveal-reason" value={reason} maxLength={200} onChange={event => setReason(event.target.value)} />
        </Form.Item>
      </Form>
      {shown && (
        <Alert type="success" title={shown.value === '' ? t('缴费单没有这一项', 'The bill has none') : shown.value} />
      )}
      {deed.error && <Failed error={deed.error} />}
    </Modal>
  )
}
