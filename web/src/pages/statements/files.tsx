import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Link } from 'react-router'
import type { FileList, FileView } from '../../../../src/arrivals/api.ts'
import { counted } from '../../pieces/phrases.ts'
import { Rows } from '../../pieces/rows.tsx'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { ChannelName, When } from '../../pieces/values.tsx'
import { ask, type Refused } from '../../shell/api.ts'
import { useText } from '../../shell/text.ts'
import type { Filter } from './arrivals.tsx'
import { FILE_LOOKS, KIND_NAMES, sizeText } from './words.ts'

/** All files that came, the newest first: of a day with several, each is a version. */
export function Files({ filter }: { readonly filter: Filter }) {
  const t = useText()
  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery<
    FileList,
    Refused
  >({
    queryKey: ['statements', '/api/statements', filter],
    queryFn: ({ pageParam, signal }) =>
      ask<FileList>('GET', '/api/statements', {
        query: { ...filter, after: pageParam as number | null, limit: 100 },
        signal,
      }),
    initialPageParam: null,
    getNextPageParam: page => page.next,
  })
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (error) return <Failed error={error} again={() => void refetch()} />
  if (isPending) return <Loading rows={12} />
  const files = data.pages.flatMap(page => page.files)
  if (files.length === 0) return <Nothing what={t('没有符合条件的文件', 'No file fits these filters')} />
  return (
    <Rows
      rows={files}
      keyOf={file => file.file_id}
      height={76}
      viewport="calc(100dvh - 270px)"
      label={t('对账单文件', 'Statement files')}
      more={hasNextPage ? more : undefined}
      render={file => <FileRow file={file} />}
    />
  )
}

function FileRow({ file }: { readonly file: FileView }) {
  const t = useText()
  return (
    <Link to={`/statements/${file.file_id}`} className="file-row">
      <span>
        <strong>{file.name}</strong>
        <span className="quiet">
          <ChannelName channel={file.channel} /> {file.account} · {t(KIND_NAMES[file.kind])} ·{' '}
          {file.day ?? t('不限一日', 'no single day')}
        </span>
      </span>
      <State of={file.state} looks={FILE_LOOKS} />
      <span className="quiet">
        {t(`${file.records} 条`, counted(file.records, 'record'))}
        {file.rejected > 0 && <span className="wrong">{t(`，坏行 ${file.rejected}`, `, ${file.rejected} bad`)}</span>}
        {file.changes > 0 && t(`，与前一版差异 ${file.changes}`, `, ${counted(file.changes, 'change')}`)} ·{' '}
        {sizeText(file.bytes)}
      </span>
      <When at={file.received_at} />
    </Link>
  )
}
