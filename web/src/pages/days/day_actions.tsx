import { LockOutlined, PaperClipOutlined, SyncOutlined, WarningOutlined } from '@ant-design/icons'
import { App, Button, Flex, Popconfirm, Space, Tag, Typography } from 'antd'
import { useRef, useState } from 'react'
import { Link } from 'react-router'
import type { DayView, ForceAnswer } from '../../../../src/reconciliation/days/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed } from '../../pieces/states.tsx'
import { ask, newRequestId, Refused } from '../../shell/api.ts'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** A sentence that says why takes longer to read than a word of success. */
const TO_BE_READ_S = 8

/** What may be done to a day by whoever looks at it. */
export function DayActions({ day }: { readonly day: DayView }) {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const settle = useDeed<DayView>(['days', 'items', 'discrepancies'])
  const close = useDeed<DayView>(['days', 'items', 'discrepancies'])
  const [forcing, setForcing] = useState(false)
  if (day.state === 'closed') return null
  const path = `/api/days/${day.day_id}`
  const run = (): void =>
    settle.mutate(
      { method: 'POST', path: `${path}/settle` },
      {
        onSuccess: () => void message.success(t('已重新对账', 'Reconciled again')),
        onError: error => void message.error(t(error.words), TO_BE_READ_S),
      },
    )
  const shut = (): void =>
    close.mutate(
      { method: 'POST', path: `${path}/close` },
      {
        onSuccess: ({ state, blocked_why: why }) =>
          state === 'closed'
            ? void message.success(t('已关账', 'Closed'))
            : void message.warning(why ? t(why) : t('还不能关账', 'It cannot close yet'), TO_BE_READ_S),
        onError: error => void message.error(t(error.words), TO_BE_READ_S),
      },
    )
  return (
    <Space wrap>
      {may('day.run') && (
        <Button icon={<SyncOutlined />} loading={settle.isPending} onClick={run}>
          {t('立即对账', 'Reconcile now')}
        </Button>
      )}
      {may('day.close') && (
        <Popconfirm
          title={t('关账后当天的任何记录都不再改变', 'After its close nothing of the day changes any more')}
          okText={t('关账', 'Close')}
          cancelText={t('取消', 'Cancel')}
          onConfirm={shut}
        >
          <Button type="primary" icon={<LockOutlined />} loading={close.isPending}>
            {t('关账', 'Close')}
          </Button>
        </Popconfirm>
      )}
      {may('day.close') && day.blocked === 'statement_missing' && (
        <Button danger icon={<WarningOutlined />} onClick={() => setForcing(true)}>
          {t('申请强制关账', 'Ask to force the close')}
        </Button>
      )}
      {forcing && <Forcing path={path} close={() => setForcing(false)} />}
    </Space>
  )
}

type Voucher = { readonly voucher_id: string; readonly name: string }
const VOUCHERS_AT_MOST = 10

/** Closing without a statement: a reason, papers, and a second person. */
function Forcing({ path, close }: { readonly path: string; readonly close: () => void }) {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const [vouchers, setVouchers] = useState<readonly Voucher[]>([])
  const [refused, setRefused] = useState<Refused | null>(null)
  const file = useRef<HTMLInputElement>(null)
  const deed = useDeed<ForceAnswer>(['days', 'reviews'])
  const bring = async (given: File): Promise<void> => {
    setRefused(null)
    try {
      const { voucher_id } = await ask<{ voucher_id: string }>('POST', '/api/vouchers', {
        query: { id: newRequestId(), name: given.name },
        body: given,
      })
      setVouchers(before => [...before, { voucher_id, name: given.name }])
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setRefused(error)
    }
  }
  return (
    <ReasonDialog
      open
      danger
      title={t('申请无对账单强制关账', 'Ask to close without a statement')}
      confirm={t('提交复核', 'Send to a second person')}
      close={close}
      decide={async reason => {
        const body = { reason, vouchers: vouchers.map(voucher => voucher.voucher_id) }
        const { review_id: review } = await deed.mutateAsync({ method: 'POST', path: `${path}/force-close`, body })
        void message.success({
          duration: TO_BE_READ_S,
          content: (
            <>
              {t('已提交复核', 'Sent to a second person')}{' '}
              <Link to={`/reviews/${encodeURIComponent(review)}`}>{t('查看', 'See it')}</Link>
            </>
          ),
        })
      }}
    >
      <Typography.Paragraph>
        {t(
          '只越过“对账单未到”这一项，平衡表和自检仍须通过；须第二人复核同意后生效。',
          'Only the missing statement is passed over: the proof and the self-check must still hold, and a second person must agree.',
        )}
      </Typography.Paragraph>
      {may('review.ask') && (
        <Flex vertical gap={8}>
          <Button
            icon={<PaperClipOutlined />}
            disabled={vouchers.length >= VOUCHERS_AT_MOST}
            onClick={() => file.current?.click()}
          >
            {t('附凭证（PDF、JPEG、PNG）', 'Attach a voucher (PDF, JPEG, PNG)')}
          </Button>
          <input
            ref={file}
            hidden
            type="file"
            aria-label={t('凭证文件', 'Voucher')}
            accept="application/pdf,image/jpeg,image/png"
            onChange={event => {
              const [given] = event.target.files ?? []
              if (given) void bring(given)
              event.target.value = ''
            }}
          />
          <div>
            {vouchers.map(({ voucher_id, name }) => (
              <Tag
                key={voucher_id}
                closable
                onClose={() => setVouchers(vouchers.filter(each => each.voucher_id !== voucher_id))}
              >
                {name}
              </Tag>
            ))}
          </div>
          {refused && <Failed error={refused} />}
        </Flex>
      )}
    </ReasonDialog>
  )
}
