import { ExportOutlined } from '@ant-design/icons'
import { Button, Grid, type InputRef, Space } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { ItemView } from '../../../../src/reconciliation/items/api.ts'
import { isInRows, useChosenRow, useSearchKey } from '../../pieces/list_keys.ts'
import { useMerchants } from '../../pieces/merchants.ts'
import { Failed, Loading, Nothing, Page } from '../../pieces/states.tsx'
import { useKeyboard } from '../../shell/keyboard.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { BulkBar } from './bulk.tsx'
import { ConfirmDialog } from './confirm_dialog.tsx'
import { FilterBar } from './filter_bar.tsx'
import { addressOfFilters, countOf, type Filters, filtersOf, queryOf } from './filters.ts'
import { ItemDrawer } from './item_drawer.tsx'
import type { RowActs } from './item_row.tsx'
import './items.css'
import { Jump } from './jump.tsx'
import { KEYS, keyAct } from './keys.ts'
import { SavedViews } from './saved_views.tsx'
import { StateTabs } from './state_tabs.tsx'
import { standing } from './timeline.ts'
import { Timeline } from './timeline_list.tsx'
import { useConfirming } from './use_confirming.tsx'
import { usePages } from './use_pages.ts'
import { useSelection } from './use_selection.ts'

/** 已缴费-待对账: where the cashier's morning begins. */
export default function Items() {
  const t = useText()
  const { who, may } = useSession()
  const mayConfirm = may('item.confirm')
  const wide = Grid.useBreakpoint().md ?? window.innerWidth >= 768
  const [params, setParams] = useSearchParams()
  const address = addressOfFilters(filtersOf(params)).toString()
  const filters = useMemo(() => filtersOf(new URLSearchParams(address)), [address])
  const query = useMemo(() => queryOf(filters), [filters])
  const opened = params.get('item')
  const { all: merchants, nameOf } = useMerchants()
  const search = useRef<InputRef>(null)
  const [explained, setExplained] = useState<ItemView | null>(null)

  const confirming = useConfirming(setExplained)
  const pages = usePages(query, confirming.kept)
  const row = useChosenRow(pages.count)
  const { chosen } = row
  const standingAt = (index: number) => {
    const slot = pages.at(index)
    return slot && standing(slot, confirming.done.get(slot.item.payment_no))
  }
  const selection = useSelection(pages, index => standingAt(index)?.confirmable ?? false)

  const { forget } = confirming
  const { clear } = selection
  const { renew } = pages
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list is begun without what was done in the last
  useEffect(() => {
    forget()
    clear()
    row.choose(-1)
    renew()
  }, [address])

  const change = useCallback(
    (next: Filters): void => setParams(addressOfFilters(next), { replace: countOf(next) > 0 }),
    [setParams],
  )
  const open = useCallback(
    (no: string | null): void =>
      setParams(
        before => {
          const after = new URLSearchParams(before)
          if (no === null) after.delete('item')
          else after.set('item', no)
          return after
        },
        { replace: true },
      ),
    [setParams],
  )
  const decide = (item: ItemView): void => (item.anomalous ? setExplained(item) : void confirming.confirm(item))

  // Rows are drawn again only when they changed: what they call stays the same, and does the newest.
  const latest = useRef({ confirming, selection, decide, open, row })
  latest.current = { confirming, selection, decide, open, row }
  const acts = useMemo<RowActs>(
    () => ({
      confirm: item => latest.current.decide(item),
      undo: item => void latest.current.confirming.undo(item),
      retry: item => void latest.current.confirming.retry(item),
      explain: setExplained,
      open: item => latest.current.open(item.payment_no),
      choose: index => latest.current.row.choose(index),
      select: (index, range) => latest.current.selection.toggle(index, range),
    }),
    [],
  )
  const press = (event: KeyboardEvent): boolean => {
    const act = keyAct(event, chosen, pages.count, isInRows(event))
    if (!act) return false
    const item = pages.at(chosen)?.item
    const now = standingAt(chosen)
    if (act.kind === 'choose') {
      row.moveTo(act.index)
      if (act.range && mayConfirm) selection.toggle(act.index, true)
    } else if (act.kind === 'clear') {
      if (opened !== null) open(null)
      else selection.clear()
    } else if (item && act.kind === 'open') open(item.payment_no)
    else if (item && act.kind === 'select' && mayConfirm) selection.toggle(chosen, false)
    else if (item && act.kind === 'undo' && mayConfirm && now?.undoable) void confirming.undo(item)
    else if (item && act.kind === 'confirm') {
      if (mayConfirm && now?.confirmable) decide(item)
      else if (event.key === 'Enter') open(item.payment_no)
    }
    return true
  }
  useKeyboard({ shortcuts: KEYS, press })
  useSearchKey(() => search.current?.focus({ cursor: 'all' }))

  return (
    <Page
      title={t('已缴费-待对账', 'Paid, to be reconciled')}
      extra={
        <Space wrap className="item-tools">
          <Jump filters={filters} go={pages.renew} />
          <SavedViews login={who.login} filters={filters} choose={change} />
          {may('discrepancy.read') && (
            <Link to="/anomaly-reports">
              <Button icon={<ExportOutlined />}>
                {wide ? t('异常交易专项报告', 'Anomaly reports') : t('异常报告', 'Anomalies')}
              </Button>
            </Link>
          )}
        </Space>
      }
    >
      <div className="items-page">
        <StateTabs filters={filters} change={change} />
        <FilterBar filters={filters} change={change} merchants={merchants} search={search} />
        <div aria-live="polite" className="newer">
          {pages.newer > 0 && (
            <Button
              color="primary"
              variant="filled"
              onClick={() => {
                confirming.forget()
                row.choose(-1)
                pages.renew()
              }}
            >
              {pages.newer > 20
                ? t('有 20 笔以上新缴费，点此查看', 'More than 20 new payments: show them')
                : t(`有 ${pages.newer} 笔新缴费，点此查看`, `${pages.newer} new: show them`)}
            </Button>
          )}
        </div>
        {pages.error && <Failed error={pages.error} again={pages.again} />}
        {pages.state === 'loading' && <Loading rows={12} />}
        {pages.state === 'empty' && <Empty filters={filters} change={change} />}
        {pages.state === 'there' && (
          <Timeline
            pages={pages}
            done={confirming.done}
            at={row}
            selected={selection.numbers}
            mayConfirm={mayConfirm}
            merchantOf={nameOf}
            acts={acts}
            rowHeight={wide ? 60 : 112}
          />
        )}
        {mayConfirm && (
          <BulkBar
            selected={selection.items}
            all={selection.all}
            clear={selection.clear}
            confirmAll={confirming.confirmAll}
          />
        )}
      </div>
      <ConfirmDialog item={explained} close={() => setExplained(null)} confirm={confirming.confirm} />
      <ItemDrawer
        no={opened}
        close={() => open(null)}
        merchantOf={nameOf}
        acts={{ confirm: decide, undo: item => void confirming.undo(item) }}
      />
    </Page>
  )
}

function Empty({ filters, change }: { readonly filters: Filters; readonly change: (filters: Filters) => void }) {
  const t = useText()
  const narrowed = countOf(filters) > 0 || filters.state !== 'open'
  return (
    <Nothing
      what={
        narrowed
          ? t('没有符合条件的项目', 'Nothing fits these filters')
          : t('都对完了：没有待对账的缴费', 'All done: nothing is left to reconcile')
      }
    >
      {narrowed && (
        <Button onClick={() => change({ state: 'open' })}>{t('查看全部待对账', 'Show all to reconcile')}</Button>
      )}
    </Nothing>
  )
}
