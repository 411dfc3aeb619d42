import { Alert, App, Button, Form } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { SettlementDetail } from '../../../../src/reconciliation/funds/api.ts'
import type { ReviewView } from '../../../../src/reviews/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { type Uploaded, VoucherPicker } from '../../pieces/vouchers.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** Asks a second person to let the differences stand. */
export function Acceptance({ of }: { readonly of: SettlementDetail }) {
  const t = useText()
  const { message } = App.useApp()
  const { may } = useSession()
  const [asking, setAsking] = useState(false)
  const [vouchers, setVouchers] = useState<readonly Uploaded[]>([])
  const deed = useDeed<{ review_id: string }>(['settlements', 'reviews'])
  const { data: waiting } = useRead<{ reviews: readonly ReviewView[] }>(
    'reviews',
    '/api/reviews',
    { state: 'open', kind: 'settlement_accept', object_kind: 'settlement', object_id: of.settlement_id },
    { enabled: may('review.read') },
  )
  const open = waiting?.reviews[0]
  const needed = of.open && of.differences.some(({ explained }) => !explained)
  if (open)
    return (
      <div className="act-bar">
        <Alert
          type="info"
          showIcon
          title={
            <>
              {t('接受差异的申请正在等待复核', 'The acceptance waits for a second person')}{' '}
              <Link to={`/reviews/${open.review_id}`}>{t('查看', 'See it')}</Link>
            </>
          }
        />
      </div>
    )
  if (!needed || !may('discrepancy.handle')) return null
  return (
    <div className="act-bar">
      <Button type="primary" onClick={() => setAsking(true)}>
        {t('接受差异', 'Accept the differences')}
      </Button>
      {asking && (
        <ReasonDialog
          open
          title={t('申请接受差异', 'Ask to accept the differences')}
          confirm={t('提交复核', 'Submit for review')}
          close={() => setAsking(false)}
          decide={async reason => {
            await deed.mutateAsync({
              method: 'POST',
              path: `/api/settlements/${of.settlement_id}/acceptance`,
              body: { reason, vouchers: vouchers.map(({ id }) => id) },
            })
            void message.success(t('已提交复核', 'Submitted for review'))
          }}
        >
          <p>
            {t(
              '第二人同意后，这些差异不再要求处理；金额以后若有变化，会重新打开。',
              'When a second person agrees, nobody needs to act on these differences; if the figures change, it is open again.',
            )}
          </p>
          {may('review.ask') && (
            <Form.Item label={t('凭证（可选）', 'Vouchers (optional)')}>
              <VoucherPicker uploaded={vouchers} change={setVouchers} />
            </Form.Item>
          )}
        </ReasonDialog>
      )}
    </div>
  )
}
