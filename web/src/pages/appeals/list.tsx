import { useNavigate } from 'react-router'
import type { AppealList, AppealView } from '../../../../src/appeals/api.ts'
import { useListKeys } from '../../pieces/list_keys.ts'
import { useMerchants } from '../../pieces/merchants.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { RowLink } from '../../pieces/row_link.tsx'
import { State } from '../../pieces/states.tsx'
import { Money, When } from '../../pieces/values.tsx'
import { usePages } from '../../shell/paging.ts'
import { useText } from '../../shell/text.ts'
import { Left } from './left.tsx'
import { APPEAL_KINDS, APPEAL_STATES } from './words.ts'

type Filters = Readonly<Record<'owner' | 'state' | 'kind' | 'payment_no', string>>
type Read = { readonly appeal: AppealView; readonly readAt: number }
/** With the moment at which it was read: what is left is counted from there. */
const rowsOf = (answer: AppealList): readonly Read[] => {
  const readAt = Date.now()
  return answer.appeals.map(appeal => ({ appeal, readAt }))
}

export function AppealRows({
  filters,
  opened,
  query,
}: {
  readonly filters: Filters
  readonly opened: string | undefined
  readonly query: string
}) {
  const t = useText()
  const navigate = useNavigate()
  const { nameOf: merchantName } = useMerchants()
  const list = usePages<AppealList, Read>('appeals', '/api/appeals', filters, rowsOf)
  const addressOf = (row: Read | undefined): string => `/appeals/${row?.appeal.appeal_id}${query}`
  const at = useListKeys({ count: list.rows.length, open: index => void navigate(addressOf(list.rows[index])) })
  return (
    <PagedRows
      list={list}
      empty={
        filters.state === ''
          ? t('没有待答复的申诉', 'No appeal waits for an answer')
          : t('没有符合条件的申诉', 'Nothing fits these filters')
      }
      keyOf={row => row.appeal.appeal_id}
      height={86}
      viewport="calc(100dvh - 330px)"
      label={t('申诉', 'Appeals')}
      at={at}
      render={(row, index) => (
        <RowLink to={addressOf(row)} opened={row.appeal.appeal_id === opened} chosen={index === at.chosen}>
          <div className="row-line">
            <strong>{t(APPEAL_KINDS[row.appeal.kind])}</strong>
            {row.appeal.state === 'open' ? (
              <Left seconds={row.appeal.seconds_left} readAt={row.readAt} />
            ) : (
              <State of={row.appeal.state} looks={APPEAL_STATES} />
            )}
          </div>
          <div className="row-line">
            <span>{row.appeal.text}</span>
            <Money amount={row.appeal.amount} currency={row.appeal.currency} />
          </div>
          <div className="row-line quiet">
            <span>
              {merchantName(row.appeal.merchant_no)} ·{' '}
              {row.appeal.owner_name || row.appeal.owner || t('未受理', 'nobody’s')}
            </span>
            <When at={row.appeal.filed_at} />
          </div>
        </RowLink>
      )}
    />
  )
}
