import { App, Form, Input, Modal, Radio, Typography } from 'antd'
import { useState } from 'react'
import type { AppealDetail } from '../../../../src/appeals/api.ts'
import { VERDICTS, type Verdict } from '../../../../src/appeals/appeal.ts'
import { VERDICT_WORDS } from '../../../../src/appeals/messages.ts'
import { mailText, smsVariables } from '../../../../src/notices/templates.ts'
import { Failed } from '../../pieces/states.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** Answers the payer, with what he will get before it is sent. */
export function AnswerDialog({ of, close }: { readonly of: AppealDetail; readonly close: () => void }) {
  const t = useText()
  const { message } = App.useApp()
  const [verdict, setVerdict] = useState<Verdict | null>(null)
  const [text, setText] = useState('')
  const deed = useDeed(['appeals'])
  const ready = verdict !== null && text.trim() !== ''
  const send = (): void => {
    if (!ready) return
    deed.mutate(
      { method: 'POST', path: `/api/appeals/${of.appeal_id}/answer`, body: { verdict, text: text.trim() } },
      {
        onSuccess: () => {
          void message.success(t('已答复，缴费人会收到通知', 'Answered; the payer is told'))
          close()
        },
      },
    )
  }
  return (
    <Modal
      open
      title={t('答复缴费人', 'Answer the payer')}
      okText={t('发送答复', 'Send the answer')}
      cancelText={t('取消', 'Cancel')}
      okButtonProps={{ disabled: !ready, loading: deed.isPending }}
      onOk={send}
      onCancel={close}
      width={640}
    >
      <Form layout="vertical">
        <Form.Item label={t('结论', 'Verdict')} required>
          <Radio.Group value={verdict} onChange={event => setVerdict(event.target.value)}>
            {VERDICTS.map(each => (
              <Radio key={each} value={each}>
                {t(VERDICT_WORDS[each])}
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <Form.Item
          label={t('答复内容（缴费人会看到）', 'Answer (the payer reads it)')}
          required
          htmlFor="appeal-answer"
        >
          <Input.TextArea
            id="appeal-answer"
            rows={4}
            maxLength={1000}
            showCount
            value={text}
            onChange={event => setText(event.target.value)}
          />
        </Form.Item>
      </Form>
      {verdict !== null && <Preview of={of} verdict={verdict} answer={text.trim() || '…'} />}
      {deed.error && <Failed error={deed.error} />}
    </Modal>
  )
}

/** By the very templates that the platform sends. */
function Preview({
  of,
  verdict,
  answer,
}: {
  readonly of: AppealDetail
  readonly verdict: Verdict
  readonly answer: string
}) {
  const t = useText()
  const words = VERDICT_WORDS[verdict]
  const message = {
    key: '',
    medium: 'mail' as const,
    recipient: '',
    template: 'appeal_answered' as const,
    data: {
      ...{ appeal_id: of.appeal_id, title: of.title, amount: of.amount, currency: of.currency },
      ...{ payment_no: of.payment_no, verdict_zh: words.zh, verdict_en: words.en, answer },
    },
  }
  const mail = mailText(message)
  const sms = Object.values(smsVariables(message)).join(' · ')
  return (
    <section className="preview" aria-label={t('缴费人收到的内容', 'What the payer gets')}>
      <Typography.Text strong>{t('短信中的内容（过长会截断）', 'In the SMS (long texts are cut)')}</Typography.Text>
      <div className="said">{sms}</div>
      {of.email !== '' && (
        <>
          <Typography.Text strong>{t('邮件', 'Mail')}</Typography.Text>
          <div>{mail.subject}</div>
          <div className="said">{mail.text}</div>
        </>
      )}
    </section>
  )
}
