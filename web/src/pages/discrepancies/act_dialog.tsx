import { Alert, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import type { CauseList } from '../../../../src/causes/api.ts'
import type { Action } from '../../../../src/discrepancies/actions.ts'
import { actionWords } from '../../pieces/discrepancy_words.ts'
import { Failed } from '../../pieces/states.tsx'
import { type Uploaded, VoucherPicker } from '../../pieces/vouchers.tsx'
import { useAttempt } from '../../shell/attempt.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { CONSEQUENCES, needsReason, SECOND_PERSON, saysCause } from './consequences.ts'

export type Asked = {
  readonly action: Action
  readonly reason?: string
  readonly until?: string
  readonly owner?: string
  readonly true_cause?: string
  readonly vouchers?: readonly string[]
}

/** Says what an action does before it is done, and asks for what it needs. `act` throws what the platform refuses: the dialog stays and shows it. */
export function ActDialog({
  action,
  about,
  likelyCause,
  second,
  close,
  act,
}: {
  readonly action: Action
  /** What it is done to, in words. */
  readonly about: string
  readonly likelyCause?: string
  readonly second: 'yes' | 'perhaps' | 'no'
  readonly close: () => void
  readonly act: (asked: Asked) => Promise<unknown>
}) {
  const t = useText()
  const { may } = useSession()
  const { data: library } = useRead<CauseList>('discrepancies', '/api/causes', {}, { enabled: saysCause(action) })
  const [reason, setReason] = useState('')
  const [owner, setOwner] = useState('')
  const [cause, setCause] = useState<string | undefined>(undefined)
  const [until, setUntil] = useState<string | null>(null)
  const [vouchers, setVouchers] = useState<readonly Uploaded[]>([])
  const { busy, refused, attempt } = useAttempt()
  const ready =
    (!needsReason(action) || reason.trim() !== '') &&
    (action !== 'assign' || owner.trim() !== '') &&
    (action !== 'wait' || until !== null)
  const go = async (): Promise<void> => {
    if (!ready || busy) return
    const done = await attempt(() =>
      act({
        action,
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        ...(action === 'wait' && until !== null ? { until } : {}),
        ...(action === 'assign' ? { owner: owner.trim() } : {}),
        ...(cause === undefined ? {} : { true_cause: cause }),
        ...(vouchers.length === 0 ? {} : { vouchers: vouchers.map(each => each.id) }),
      }),
    )
    if (done) close()
  }
  const name = actionWords(action)
  const words = name ? t(name) : action
  return (
    <Modal
      open
      title={`${words} · ${about}`}
      okText={second === 'yes' ? t('提交复核', 'Submit for review') : words}
      cancelText={t('取消', 'Cancel')}
      okButtonProps={{ disabled: !ready, loading: busy, danger: action === 'force_close' || action === 'write_off' }}
      onOk={() => void go()}
      onCancel={close}
    >
      <p>{t(CONSEQUENCES[action])}</p>
      {second !== 'no' && (
        <Alert type={second === 'yes' ? 'warning' : 'info'} showIcon title={t(SECOND_PERSON[second])} />
      )}
      <Form layout="vertical" style={{ marginTop: 16 }}>
        {action === 'assign' && (
          <Form.Item label={t('同事的登录名', 'Log-in name of the colleague')} required htmlFor="act-owner">
            <Input
              id="act-owner"
              autoFocus
              value={owner}
              onChange={event => setOwner(event.target.value)}
              maxLength={64}
            />
          </Form.Item>
        )}
        {action === 'wait' && (
          <Form.Item
            label={t('等待至（北京时间，31 天以内）', 'Until (Beijing time, within 31 days)')}
            required
            htmlFor="act-until"
          >
            <Input
              id="act-until"
              type="datetime-local"
              onChange={event => setUntil(event.target.value === '' ? null : `${event.target.value}:00+08:00`)}
            />
          </Form.Item>
        )}
        {saysCause(action) && (
          <Form.Item label={t('认定的原因', 'Cause as it turned out')} htmlFor="act-cause">
            <Select
              id="act-cause"
              showSearch={{ optionFilterProp: 'label' }}
              {...(cause === undefined ? {} : { value: cause })}
              placeholder={
                likelyCause === undefined
                  ? t('各件的可能原因', 'The likely cause of each')
                  : t(`与可能原因一致：${likelyCause}`, `As the likely one: ${likelyCause}`)
              }
              allowClear
              onChange={(code: string | undefined) => setCause(code)}
              options={(library?.causes ?? [])
                .filter(({ retired }) => !retired)
                .map(each => ({ value: each.cause, label: t(each.name_zh, each.name_en) }))}
            />
          </Form.Item>
        )}
        {action !== 'take' && action !== 'release' && (
          <Form.Item
            label={t('理由（记入操作日志）', 'Reason (kept in the operation log)')}
            required={needsReason(action)}
            htmlFor="act-reason"
          >
            <Input.TextArea
              id="act-reason"
              rows={3}
              maxLength={500}
              showCount
              value={reason}
              onChange={event => setReason(event.target.value)}
              onKeyDown={event => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void go()
              }}
            />
          </Form.Item>
        )}
        {(saysCause(action) || action === 'refund_duplicate') && may('review.ask') && (
          <Form.Item label={t('凭证（可选）', 'Vouchers (optional)')}>
            <VoucherPicker uploaded={vouchers} change={setVouchers} />
          </Form.Item>
        )}
      </Form>
      {refused && <Failed error={refused} />}
    </Modal>
  )
}
