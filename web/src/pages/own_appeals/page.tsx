import { Flex } from 'antd'
import { Link } from 'react-router'
import type { OwnAppealList } from '../../../../src/appeals/api.ts'
import { Failed, Loading, Nothing, Page, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { Sum } from '../pay/bill.tsx'
import { APPEAL_LOOKS } from '../pay/words.ts'
import { KIND_WORDS } from './words.ts'

/** 申诉 of the payer: what he asked about, and what came of it. */
export default function OwnAppealsPage() {
  const t = useText()
  const { data, error, refetch } = useRead<OwnAppealList>('own', '/api/own/appeals', undefined, { every: 30_000 })
  return (
    <Page title={t('我的申诉', 'My appeals')}>
      {error && <Failed error={error} again={() => void refetch()} />}
      {!error && !data && <Loading rows={6} />}
      {data?.appeals.length === 0 && (
        <Nothing
          what={t(
            '没有申诉。扣了款却没显示缴费成功，或迟迟没有对账时，可从缴费记录里提出。',
            'No appeals. If you were charged and it is not shown, or not reconciled for long, file one from the record.',
          )}
        >
          <Link to="/own/records" className="button-link">
            {t('去缴费记录', 'To the records')}
          </Link>
        </Nothing>
      )}
      <ul className="bills">
        {data?.appeals.map(appeal => (
          <li key={appeal.appeal_id}>
            <Link to={`/own/appeals/${appeal.appeal_id}`} className="bill record">
              <Flex justify="space-between" align="start" gap={8} wrap>
                <strong>{appeal.title}</strong>
                <State of={appeal.state} looks={APPEAL_LOOKS} />
              </Flex>
              <span>{t(KIND_WORDS[appeal.kind])}</span>
              <Flex justify="space-between" gap={8} wrap className="quiet">
                <Sum amount={appeal.amount} currency={appeal.currency} />
                {appeal.state === 'open' ? (
                  <span>
                    {t('最晚答复', 'Answer by')} <When at={appeal.due_at} />
                  </span>
                ) : (
                  <When at={appeal.ended_at} />
                )}
              </Flex>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  )
}
