import { Button } from 'antd'
import type { ReactNode } from 'react'
import type { Paged } from '../shell/paging.ts'
import { useText } from '../shell/text.ts'
import { Listing, type ListingProps } from './listing.tsx'
import { Rows, type RowsProps } from './rows.tsx'
import { Failed, Loading, Nothing } from './states.tsx'

/** Rows that are read page by page while one scrolls: on their way, none (`empty` says why), or there. */
export function PagedRows<T>({
  list,
  empty,
  ...how
}: Omit<RowsProps<T>, 'rows' | 'more'> & { readonly list: Paged<T>; readonly empty: ReactNode }) {
  if (list.error) return <Failed error={list.error} again={list.again} />
  if (list.loading) return <Loading rows={10} />
  if (list.rows.length === 0) return <Nothing what={empty} />
  return <Rows rows={list.rows} more={list.more} {...how} />
}

/** A table whose next page is asked for by a button beneath it. */
export function PagedListing<T extends object>({
  list,
  empty,
  ...how
}: Omit<ListingProps<T>, 'rows' | 'busy'> & { readonly list: Paged<T> }) {
  const t = useText()
  if (list.error) return <Failed error={list.error} again={list.again} />
  if (list.loading) return <Loading rows={10} />
  return (
    <>
      <Listing<T> rows={list.rows} empty={<Nothing what={empty} />} {...how} />
      {list.more && (
        <Button block onClick={list.more} loading={list.loadingMore} style={{ marginTop: 12 }}>
          {t('更多', 'More')}
        </Button>
      )}
    </>
  )
}
