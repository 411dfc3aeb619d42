import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { ChangeList, FileDetail } from '../../../../src/arrivals/api.ts'
import { Rows } from '../../pieces/rows.tsx'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { Money, Num, When } from '../../pieces/values.tsx'
import { ask, type Refused } from '../../shell/api.ts'
import { useText } from '../../shell/text.ts'
import { CHANGE_LOOKS } from './words.ts'
import './statements.css'

type Row = NonNullable<ChangeList['changes'][number]['before']>

/** What this version says otherwise than the one before it, row by row. */
export function Changes({ file }: { readonly file: Pick<FileDetail, 'file_id' | 'changes'> }) {
  const t = useText()
  const path = `/api/statements/${file.file_id}/changes`
  const { data, error, isPending, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery<
    ChangeList,
    Refused
  >({
    queryKey: ['statements', path],
    queryFn: ({ pageParam, signal }) =>
      ask<ChangeList>('GET', path, { query: { after: pageParam as number, limit: 100 }, signal }),
    initialPageParam: 0,
    getNextPageParam: page => page.next,
    enabled: file.changes > 0,
  })
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (file.changes === 0)
    return <Nothing what={t('与前一版没有差异，或没有前一版', 'No changes, or no version before it')} />
  if (error) return <Failed error={error} />
  if (isPending) return <Loading rows={4} />
  return (
    <Rows
      rows={data.pages.flatMap(page => page.changes)}
      keyOf={change => change.no}
      height={84}
      viewport="min(480px, 60dvh)"
      label={t('差异', 'Changes')}
      more={hasNextPage ? more : undefined}
      render={change => (
        <div className="change-row">
          <State of={change.change} looks={CHANGE_LOOKS} />
          <Side row={change.before} name={t('前一版', 'Before')} />
          <Side row={change.after} name={t('这一版', 'Now')} />
        </div>
      )}
    />
  )
}

function Side({ row, name }: { readonly row: Row | null; readonly name: string }) {
  return (
    <div>
      <span className="quiet">{name}</span>{' '}
      {row === null ? (
        '—'
      ) : (
        <>
          <strong>
            <Money amount={row.amount} currency={row.currency} />
          </strong>
          <div className="quiet">
            <Num>{row.channel_trade_no || row.merchant_order_no || row.refund_no}</Num> <When at={row.occurred_at} />
          </div>
        </>
      )}
    </div>
  )
}
