import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Grid, Tooltip } from 'antd'
import { useState } from 'react'
import type { EntryView, LogList } from '../../../../src/audit/api.ts'
import { useKey } from '../../pieces/keys.ts'
import { spoken } from '../../pieces/phrases.ts'
import { Rows } from '../../pieces/rows.tsx'
import { Failed, Loading, Nothing, Page } from '../../pieces/states.tsx'
import { Num, When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { ask, type Refused } from '../../shell/api.ts'
import { useText } from '../../shell/text.ts'
import { ACTS, OBJECTS } from './acts.ts'
import { EntryDrawer } from './entry.tsx'
import { Sealing } from './sealing.tsx'
import { instantsOf, NAMES, Search } from './search.tsx'
import './log.css'

const PAGE = 200

/** 操作日志: who did what, when, from where; each entry with what it changed, and its proof. */
export default function OperationLogPage() {
  const t = useText()
  const address = useAddress()
  const wide = Grid.useBreakpoint().md ?? true
  const given = Object.fromEntries(NAMES.map(name => [name, address.get(name)]))
  const query = { ...given, ...{ from: undefined, to: undefined }, ...instantsOf(given.from ?? '', given.to ?? '') }
  const list = useInfiniteQuery<LogList, Refused>({
    queryKey: ['log', 'entries', query],
    queryFn: ({ pageParam, signal }) =>
      ask<LogList>('GET', '/api/operation-log', {
        query: { ...query, limit: PAGE, before: pageParam as string | undefined },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: last => last.next ?? undefined,
  })
  const entries = list.data?.pages.flatMap(page => page.entries) ?? []
  const [at, setAt] = useState(-1)
  const open = (entry: EntryView): void => address.set({ entry: entry.entry_id }, { step: true })
  const move = (by: number): void => setAt(Math.min(Math.max(at + by, 0), entries.length - 1))
  useKey('ArrowDown', () => move(1))
  useKey('j', () => move(1))
  useKey('ArrowUp', () => move(-1))
  useKey('k', () => move(-1))
  useKey('Enter', () => {
    const entry = entries[at]
    if (entry) open(entry)
  })
  const chosen = entries.find(({ entry_id }) => entry_id === address.get('entry'))
  return (
    <Page
      title={t('操作日志', 'Operation log')}
      extra={
        <Tooltip
          title={t(
            '↑↓ 或 j/k 移动，回车打开，/ 到查询，Esc 关闭',
            '↑↓ or j/k move, Enter opens, / searches, Esc closes',
          )}
        >
          <Button type="text" aria-label={t('快捷键', 'Shortcuts')}>
            ?
          </Button>
        </Tooltip>
      }
    >
      <Sealing />
      <Search address={address} />
      {list.error ? (
        <Failed error={list.error} again={() => void list.refetch()} />
      ) : list.isPending ? (
        <Loading rows={12} />
      ) : entries.length === 0 ? (
        <div className="listing-empty">
          <Nothing what={t('没有符合条件的记录', 'No entry fits')} />
        </div>
      ) : (
        <Rows<EntryView>
          label={t('操作日志', 'Operation log')}
          rows={entries}
          keyOf={({ entry_id }) => entry_id}
          height={wide ? 46 : 92}
          viewport="max(360px, calc(100dvh - 330px))"
          more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
          focus={at}
          render={(entry, i) => (
            <button
              type="button"
              className={`log-row${i === at ? ' at' : ''}`}
              aria-haspopup="dialog"
              onClick={() => {
                setAt(i)
                open(entry)
              }}
            >
              <span className="quiet">
                <When at={entry.at} whole />
              </span>
              <span className="log-who">{spoken(t, entry.who_name) || t('系统', 'System')}</span>
              <b>{t(ACTS[entry.what] ?? { zh: entry.what, en: entry.what })}</b>
              <span className="log-object">
                {t(OBJECTS[entry.object_kind] ?? { zh: entry.object_kind, en: entry.object_kind })}{' '}
                <Num>{entry.object_id}</Num>
              </span>
              <span className="quiet log-address">{entry.address}</span>
            </button>
          )}
        />
      )}
      <EntryDrawer entry={chosen} close={() => address.set({ entry: null })} show={address} />
    </Page>
  )
}
