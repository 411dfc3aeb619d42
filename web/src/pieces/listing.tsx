import { Button, Descriptions, Grid, Table, type TableColumnType, type TableRef } from 'antd'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { useKeyboard } from '../shell/keyboard.ts'
import { useText } from '../shell/text.ts'
import { OPEN } from './list_keys.ts'
import { MOVE, movedTo } from './list_moves.ts'

export type Column<T> = {
  readonly title: string
  readonly render: (row: T) => ReactNode
  readonly right?: boolean
  readonly width?: number
  /** Heads the card on a phone. */
  readonly head?: boolean
  /** Only where there is room for a table. */
  readonly wide?: boolean
}

export type ListingProps<T> = {
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  readonly columns: readonly Column<T>[]
  readonly label: string
  /** What is shown in place of no rows. */
  readonly empty: ReactNode
  readonly chosen?: string | number | undefined
  /** What is in the first column opens its row, by the keyboard too. */
  readonly open?: ((row: T) => void) | undefined
  readonly busy?: boolean
}

/** A short list: a table where there is room, cards on a phone. Long ones are `Rows`. */
export function Listing<T extends object>({
  rows,
  keyOf,
  columns: told,
  label,
  empty,
  chosen,
  open,
  busy,
}: ListingProps<T>) {
  const t = useText()
  const wide = Grid.useBreakpoint().md ?? window.innerWidth >= 768
  const table = useRef<TableRef>(null)
  const cards = useRef<HTMLUListElement>(null)
  const columns = open ? told.map((column, i) => (i === 0 ? opening(column, open) : column)) : told
  useReachedByKeyboard(table, wide && (rows.length > 0 || busy === true))
  useOpenedByKeyboard(() => (wide ? table.current?.nativeElement : cards.current), open !== undefined)
  if (rows.length === 0 && !busy) return <div className="listing-empty">{empty}</div>
  if (!wide)
    return (
      <ul ref={cards} className="listing-cards" aria-label={label}>
        {rows.map(row => (
          <li key={keyOf(row)} className="listing-card" aria-current={chosen === keyOf(row) || undefined}>
            <div className="listing-card-head">
              {columns
                .filter(column => column.head)
                .map(column => (
                  <span key={column.title}>{column.render(row)}</span>
                ))}
            </div>
            <Descriptions
              size="small"
              column={1}
              items={columns
                .filter(column => !column.head && !column.wide && column.title !== '')
                .map(column => ({ key: column.title, label: column.title, children: column.render(row) }))}
            />
            {columns
              .filter(column => column.title === '')
              .map((column, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: what stands beneath a card never moves
                <div key={i} className="listing-card-foot">
                  {column.render(row)}
                </div>
              ))}
          </li>
        ))}
      </ul>
    )
  return (
    <Table<T>
      ref={table}
      aria-label={label}
      size="middle"
      rowKey={keyOf}
      loading={busy ?? false}
      dataSource={rows as T[]}
      pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false, hideOnSinglePage: true } : false}
      scroll={{ x: 'max-content' }}
      rowClassName={row => (chosen === keyOf(row) ? 'chosen' : '')}
      columns={columns.map(
        (column, i): TableColumnType<T> => ({
          key: i,
          title: column.title === '' ? <span className="only-read">{t('操作', 'Actions')}</span> : column.title,
          align: column.right ? 'right' : 'left',
          ...(column.width === undefined ? {} : { width: column.width }),
          render: (_, row) => column.render(row),
        }),
      )}
    />
  )
}

const opening = <T,>(column: Column<T>, open: (row: T) => void): Column<T> => ({
  ...column,
  render: row => (
    <Button type="link" className="cell-link" onClick={() => open(row)}>
      {column.render(row)}
    </Button>
  ),
})

/** Goes from one row's button to the next; Enter is the button's own. */
function useOpenedByKeyboard(list: () => HTMLElement | null | undefined, opens: boolean): void {
  useKeyboard({
    shortcuts: opens ? [MOVE, OPEN] : [],
    press: ({ key }) => {
      if (!opens) return false
      const buttons = [...(list()?.querySelectorAll<HTMLElement>('.cell-link') ?? [])]
      const at = buttons.indexOf(document.activeElement as HTMLElement)
      const to = movedTo(key, at, buttons.length, at >= 0)
      if (to !== null) buttons[to]?.focus()
      return to !== null
    },
  })
}

/** What scrolls must be scrolled by the keyboard, too, where nothing in it takes the focus. */
export function useReachedByKeyboard(table: RefObject<TableRef | null>, shown: boolean): void {
  useEffect(() => {
    const content = shown
      ? table.current?.nativeElement.querySelector<HTMLElement>('.ant-table-content, .ant-table-body')
      : null
    if (!content) return
    const seen = new ResizeObserver(() => {
      const over = content.scrollWidth > content.clientWidth || content.scrollHeight > content.clientHeight
      if (over) content.tabIndex = 0
      else content.removeAttribute('tabindex')
    })
    for (const each of [content, ...content.children]) seen.observe(each)
    return () => seen.disconnect()
  }, [table, shown])
}
