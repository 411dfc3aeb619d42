import { useVirtualizer } from '@tanstack/react-virtual'
import { Button, Flex } from 'antd'
import { Fragment, useEffect, useRef } from 'react'
import type { ChosenRow } from '../../pieces/list_keys.ts'
import { useFocusOfRow } from '../../pieces/rows.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { ItemRow, type RowActs } from './item_row.tsx'
import { type Done, type Group, sameGroup } from './timeline.ts'
import type { Pages } from './use_pages.ts'

const WEEKDAYS = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
}

/** "11月26日 周四 14:00" */
function Head({ group: { day, hour } }: { readonly group: Group }) {
  const lang = useLang()
  const [, month = '', date = ''] = day.split('-')
  const weekday = WEEKDAYS[lang][new Date(`${day}T00:00:00Z`).getUTCDay()]
  return (
    <>
      <strong>{lang === 'zh' ? `${Number(month)}月${Number(date)}日` : day}</strong> {weekday}
      {hour !== '' && <span className="hour">{`${hour}:00 – ${hour}:59`}</span>}
    </>
  )
}

export type TimelineProps = {
  readonly pages: Pages
  readonly done: ReadonlyMap<string, Done>
  readonly at: ChosenRow
  readonly selected: ReadonlySet<string>
  readonly mayConfirm: boolean
  readonly merchantOf: (no: string) => string
  readonly acts: RowActs
  readonly rowHeight: number
}

/** All items that were paged to, of which only those in sight are in the page; the hour they were paid in stands above them. */
export function Timeline({ pages, done, at, selected, mayConfirm, merchantOf, acts, rowHeight }: TimelineProps) {
  const t = useText()
  const parent = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: pages.count,
    getScrollElement: () => parent.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  })
  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? 0
  const { look } = pages
  useEffect(() => look(first, last), [look, first, last])
  useFocusOfRow(parent, at, index => virtual.scrollToIndex(index, { align: 'auto' }))
  const top = shown.find(row => row.end > (virtual.scrollOffset ?? 0))
  const head = top && pages.at(top.index)?.group
  return (
    <div className="timeline">
      <div className="timeline-head" aria-hidden="true">
        {head && <Head group={head} />}
      </div>
      <div ref={parent} className="rows timeline-rows">
        <ul aria-label={t('已缴费项目', 'Paid items')} style={{ height: virtual.getTotalSize() }}>
          {shown.map(row => {
            const slot = pages.at(row.index)
            const above = row.index === 0 ? undefined : pages.at(row.index - 1)
            return (
              <li
                key={slot?.item.payment_no ?? `row ${row.index}`}
                ref={virtual.measureElement}
                data-index={row.index}
                aria-setsize={pages.more ? -1 : pages.count}
                aria-posinset={row.index + 1}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                {slot ? (
                  <Fragment>
                    {row.index > 0 && above && !sameGroup(above.group, slot.group) && (
                      <div className="timeline-group">
                        <Head group={slot.group} />
                      </div>
                    )}
                    <ItemRow
                      placed={slot}
                      index={row.index}
                      done={done.get(slot.item.payment_no)}
                      chosen={at.chosen === row.index}
                      selected={selected.has(slot.item.payment_no)}
                      mayConfirm={mayConfirm}
                      merchant={merchantOf(slot.item.merchant_no)}
                      acts={acts}
                    />
                  </Fragment>
                ) : (
                  <div className="item item-away" style={{ height: rowHeight }} />
                )}
              </li>
            )
          })}
        </ul>
        {pages.paused && (
          <Flex justify="center" align="center" gap={12} className="timeline-end">
            {t('已查看较早的大量记录，暂无更多符合条件的', 'Very many earlier ones were looked at; none fits')}
            <Button onClick={pages.goOn}>{t('继续查找', 'Look further')}</Button>
          </Flex>
        )}
      </div>
    </div>
  )
}
