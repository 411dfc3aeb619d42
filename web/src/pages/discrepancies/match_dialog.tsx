import { Alert, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import type { CauseList } from '../../../../src/causes/api.ts'
import type { MatchAnswer } from '../../../../src/discrepancies/api.ts'
import { Failed } from '../../pieces/states.tsx'
import { Money } from '../../pieces/values.tsx'
import { type Uploaded, VoucherPicker } from '../../pieces/vouchers.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import type { Picked, Standing } from './picking.ts'

/** Says what a match by hand does, and asks why it is right. */
export function MatchDialog({
  picked,
  standing,
  currency,
  close,
  done,
}: {
  readonly picked: Picked
  readonly standing: Standing
  readonly currency: string
  readonly close: () => void
  readonly done: (answer: MatchAnswer) => void
}) {
  const t = useText()
  const { may } = useSession()
  const [reason, setReason] = useState('')
  const [cause, setCause] = useState<string | undefined>(undefined)
  const [vouchers, setVouchers] = useState<readonly Uploaded[]>([])
  const { data: library } = useRead<CauseList>('discrepancies', '/api/causes')
  const deed = useDeed<MatchAnswer>(['discrepancies', 'reviews', 'items', 'days'])
  const go = (): void =>
    deed.mutate(
      {
        method: 'POST',
        path: '/api/matches',
        body: {
          rows: [...picked.values()].map(({ key }) => key),
          reason: reason.trim(),
          ...(cause === undefined ? {} : { true_cause: cause }),
          ...(vouchers.length === 0 ? {} : { vouchers: vouchers.map(each => each.id) }),
        },
      },
      { onSuccess: done },
    )
  return (
    <Modal
      open
      title={t('手工匹配', 'Match by hand')}
      okText={standing.agrees ? t('匹配', 'Match') : t('提交复核', 'Submit for review')}
      cancelText={t('取消', 'Cancel')}
      okButtonProps={{ disabled: reason.trim() === '', loading: deed.isPending }}
      onOk={go}
      onCancel={close}
    >
      <p>
        {t(
          `平台 ${standing.ours.rows} 笔与渠道 ${standing.theirs.rows} 笔配为一组；它们所在的差错随之结束，没有选的记录仍是差错。`,
          `${standing.ours.rows} of ours and ${standing.theirs.rows} of theirs become one match. Their discrepancies end; rows that were not picked stay in one.`,
        )}
      </p>
      <Alert
        type={standing.agrees ? 'success' : 'warning'}
        showIcon
        title={
          standing.agrees ? (
            t(
              '差额为零。金额超过规则的复核金额时由第二人复核。',
              'There is no difference. Above the amount of the rules a second person must agree.',
            )
          ) : (
            <>
              {t('差额', 'Difference')} <Money amount={standing.rest} currency={currency} signed />
              {t('，须由第二人复核后生效。', ': a second person must agree first.')}
            </>
          )
        }
      />
      <Form layout="vertical" style={{ marginTop: 16 }}>
        <Form.Item
          label={t('理由（记入操作日志）', 'Reason (kept in the operation log)')}
          required
          htmlFor="match-reason"
        >
          <Input.TextArea
            id="match-reason"
            autoFocus
            rows={3}
            maxLength={500}
            showCount
            value={reason}
            onChange={event => setReason(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && reason.trim() !== '') go()
            }}
          />
        </Form.Item>
        <Form.Item label={t('认定的原因', 'Cause as it turned out')} htmlFor="match-cause">
          <Select
            id="match-cause"
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('与可能原因一致', 'As the likely one')}
            onChange={(code: string | undefined) => setCause(code)}
            options={(library?.causes ?? [])
              .filter(({ retired }) => !retired)
              .map(each => ({ value: each.cause, label: t(each.name_zh, each.name_en) }))}
          />
        </Form.Item>
        {may('review.ask') && (
          <Form.Item label={t('凭证（可选）', 'Vouchers (optional)')}>
            <VoucherPicker uploaded={vouchers} change={setVouchers} />
          </Form.Item>
        )}
      </Form>
      {deed.error && <Failed error={deed.error} />}
    </Modal>
  )
}
