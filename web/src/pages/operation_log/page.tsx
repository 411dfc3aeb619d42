import { Grid } from 'antd'
import type { EntryView, LogList } from '../../../../src/audit/api.ts'
import { useListKeys } from '../../pieces/list_keys.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { spoken } from '../../pieces/phrases.ts'
import { Page } from '../../pieces/states.tsx'
import { Num, When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useText } from '../../shell/text.ts'
import { ACTS, OBJECTS } from './acts.ts'
import { EntryDrawer } from './entry.tsx'
import { Sealing } from './sealing.tsx'
import { instantsOf, NAMES, Search } from './search.tsx'
import './log.css'

const rowsOf = (answer: LogList): readonly EntryView[] => answer.entries

/** 操作日志: who did what, when, from where; each entry with what it changed, and its proof. */
export default function OperationLogPage() {
  const t = useText()
  const address = useAddress()
  const wide = Grid.useBreakpoint().md ?? true
  const given = Object.fromEntries(NAMES.map(name => [name, address.get(name)]))
  const query = { ...given, ...{ from: undefined, to: undefined }, ...instantsOf(given.from ?? '', given.to ?? '') }
  const list = usePages<LogList, EntryView>('log', '/api/operation-log', { ...query, limit: 200 }, rowsOf, {
    cursor: 'before',
  })
  const open = (entry: EntryView | undefined): void => address.set({ entry: entry?.entry_id }, { step: true })
  const at = useListKeys({ count: list.rows.length, open: index => open(list.rows[index]) })
  const chosen = list.rows.find(({ entry_id }) => entry_id === address.get('entry'))
  return (
    <Page title={t('操作日志', 'Operation log')}>
      <Sealing />
      <Search address={address} />
      <PagedRows<EntryView>
        list={list}
        empty={t('没有符合条件的记录', 'No entry fits')}
        label={t('操作日志', 'Operation log')}
        keyOf={({ entry_id }) => entry_id}
        height={wide ? 46 : 92}
        viewport="max(360px, calc(100dvh - 330px))"
        at={at}
        render={(entry, i) => (
          <button
            type="button"
            className={i === at.chosen ? 'log-row at' : 'log-row'}
            aria-haspopup="dialog"
            onClick={() => open(entry)}
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
      <EntryDrawer entry={chosen} close={() => address.set({ entry: null })} show={address} />
    </Page>
  )
}
