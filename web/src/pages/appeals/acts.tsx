import { App, Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import type { AppealDetail } from '../../../../src/appeals/api.ts'
import { Failed } from '../../pieces/states.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { AnswerDialog } from './answer.tsx'

/** What the reader can do about an appeal. */
export function AppealActs({ of }: { readonly of: AppealDetail }) {
  const t = useText()
  const { message } = App.useApp()
  const [answering, setAnswering] = useState(false)
  const [linking, setLinking] = useState(false)
  const deed = useDeed(['appeals', 'payments', 'discrepancies'])
  if (of.acts.length === 0) return null
  const path = `/api/appeals/${of.appeal_id}`
  const at = (address: string, done: string): void =>
    deed.mutate({ method: 'POST', path: address }, { onSuccess: () => void message.success(done) })
  const taken = of.owner !== ''
  return (
    <section className="act-bar" aria-label={t('处理', 'What can be done')}>
      {of.acts.includes('answer') && (
        <Button type="primary" onClick={() => setAnswering(true)}>
          {t('答复', 'Answer')}
        </Button>
      )}
      {of.acts.includes('take') && (
        <Button loading={deed.isPending} onClick={() => at(`${path}/take`, t('由您处理', 'You work on it'))}>
          {taken ? t('接过来处理', 'Take it over') : t('受理', 'Work on it')}
        </Button>
      )}
      {of.acts.includes('release') && (
        <Button loading={deed.isPending} onClick={() => at(`${path}/release`, t('已放回', 'Released'))}>
          {t('放回', 'Release')}
        </Button>
      )}
      {of.acts.includes('query') && (
        <Button
          loading={deed.isPending}
          onClick={() =>
            at(
              `/api/payments/${of.payment_no}/query`,
              t('已向渠道查询，结果见支付状态', 'The channel was asked; see the state of the payment'),
            )
          }
        >
          {t('向渠道查询', 'Ask the channel')}
        </Button>
      )}
      {of.acts.includes('link') && (
        <Button onClick={() => setLinking(true)}>{t('关联差错', 'Link a discrepancy')}</Button>
      )}
      {deed.error && <Failed error={deed.error} />}
      {answering && <AnswerDialog of={of} close={() => setAnswering(false)} />}
      {linking && <LinkDialog of={of} close={() => setLinking(false)} />}
    </section>
  )
}

function LinkDialog({ of, close }: { readonly of: AppealDetail; readonly close: () => void }) {
  const t = useText()
  const [number, setNumber] = useState(of.discrepancy_id ?? of.discrepancies[0] ?? '')
  const deed = useDeed(['appeals'])
  const ready = number === '' || /^[1-9]\d{0,14}$/.test(number)
  const send = (): void =>
    deed.mutate(
      {
        method: 'POST',
        path: `/api/appeals/${of.appeal_id}/discrepancy`,
        body: { discrepancy_id: number === '' ? null : number },
      },
      { onSuccess: close },
    )
  return (
    <Modal
      open
      title={t('关联差错', 'Link a discrepancy')}
      okText={number === '' ? t('解除关联', 'Unlink') : t('关联', 'Link')}
      cancelText={t('取消', 'Cancel')}
      okButtonProps={{ disabled: !ready, loading: deed.isPending }}
      onOk={send}
      onCancel={close}
    >
      <Form layout="vertical">
        <Form.Item
          label={t('差错编号（留空即解除关联）', 'Number of the discrepancy (empty: unlink)')}
          htmlFor="appeal-discrepancy"
          {...(ready ? {} : { validateStatus: 'error' as const, help: t('编号只有数字', 'A number has digits only') })}
        >
          <Input
            id="appeal-discrepancy"
            inputMode="numeric"
            value={number}
            onChange={event => setNumber(event.target.value.trim())}
          />
        </Form.Item>
      </Form>
      {deed.error && <Failed error={deed.error} />}
    </Modal>
  )
}
