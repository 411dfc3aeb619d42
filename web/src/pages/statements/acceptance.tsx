import { Alert, Button, Flex } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { FileDetail } from '../../../../src/arrivals/api.ts'
import type { ReviewList, ReviewView } from '../../../../src/reviews/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** A file with bad rows waits for a second person: who that may be decides here, everybody else is told. */
export function Acceptance({ file }: { readonly file: FileDetail }) {
  const t = useText()
  const { may } = useSession()
  const waits = file.state === 'awaiting_acceptance'
  const { data } = useRead<ReviewList>(
    'reviews',
    '/api/reviews',
    { object_kind: 'statement_file', object_id: file.file_id, state: 'open' },
    { enabled: waits && may('review.read') },
  )
  const review = data?.reviews[0]
  if (!waits) return null
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginBottom: 12 }}
      title={t(
        `${file.records} 条中有 ${file.rejected} 条读不出，暂不入账，已提交复核`,
        `${file.rejected} of ${file.records} records cannot be read: nothing is booked, a second person is asked`,
      )}
      description={
        review?.may_decide ? (
          <Deciding review={review} file={file} />
        ) : (
          <>
            {t(
              '由另一位有权的人决定：不含坏行入账，或退回重取。',
              'Another person decides: to book it without them, or to have it fetched anew.',
            )}{' '}
            {may('review.read') && <Link to="/reviews">{t('看复核', 'See the reviews')}</Link>}
          </>
        )
      }
    />
  )
}

function Deciding({ review, file }: { readonly review: ReviewView; readonly file: FileDetail }) {
  const t = useText()
  const [verdict, setVerdict] = useState<'approve' | 'refuse' | null>(null)
  const decide = useDeed(['reviews', 'statements', 'days'])
  return (
    <Flex gap={8} wrap style={{ marginTop: 8 }}>
      <Button type="primary" onClick={() => setVerdict('approve')}>
        {t('不含坏行入账', 'Book it without them')}
      </Button>
      <Button danger onClick={() => setVerdict('refuse')}>
        {t('退回，重新获取', 'Refuse it')}
      </Button>
      <ReasonDialog
        open={verdict !== null}
        title={
          verdict === 'approve'
            ? t(`入账其余 ${file.records - file.rejected} 条？`, `Book the other ${file.records - file.rejected}?`)
            : t('退回这份对账单？', 'Refuse this statement?')
        }
        confirm={verdict === 'approve' ? t('入账', 'Book') : t('退回', 'Refuse')}
        danger={verdict === 'refuse'}
        close={() => setVerdict(null)}
        decide={reason =>
          decide.mutateAsync({
            method: 'POST',
            path: `/api/reviews/${encodeURIComponent(review.review_id)}/${verdict}`,
            body: { reason },
          })
        }
      >
        {verdict === 'approve'
          ? t(
              '坏行里的钱不在账上，会在对账时成为差错。',
              'Money in the bad rows is not booked; it shows as discrepancies.',
            )
          : t('什么都不入账；接口来源的会再次下载。', 'Nothing is booked; what comes by the channel is fetched again.')}
      </ReasonDialog>
    </Flex>
  )
}
