import { Flex, Segmented, Select, Tag } from 'antd'
import { useCallback } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import type { ReviewView } from '../../../../src/reviews/api.ts'
import { useListKeys } from '../../pieces/list_keys.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { spoken } from '../../pieces/phrases.ts'
import { RowLink } from '../../pieces/row_link.tsx'
import { Split } from '../../pieces/split.tsx'
import { Page, State } from '../../pieces/states.tsx'
import { Money, When } from '../../pieces/values.tsx'
import { useFilters } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { type Kinds, ReviewDetail } from './detail.tsx'
import { REVIEW_STATES } from './names.ts'

type Answer = { readonly reviews: readonly ReviewView[]; readonly next: string | null }
const rowsOf = (answer: Answer): readonly ReviewView[] => answer.reviews

/** What each view asks for. */
const VIEWS = {
  waiting: { state: 'open', whose: 'others' },
  mine: { whose: 'mine' },
  all: {},
} as const
type View = keyof typeof VIEWS
const viewOf = (text: string): View => (text in VIEWS ? (text as View) : 'waiting')

/** 复核: what waits for a second person, one's own questions, and how others were decided. */
export default function Reviews() {
  const t = useText()
  const navigate = useNavigate()
  const { reviewId } = useParams()
  const [search] = useSearchParams()
  const [filters, change] = useFilters(['view', 'kind'])
  const view = viewOf(filters.view)
  const { data: kinds } = useRead<{ kinds: Kinds }>('reviews', '/api/review-kinds')
  const list = usePages<Answer, ReviewView>('reviews', '/api/reviews', { ...VIEWS[view], kind: filters.kind }, rowsOf)
  const { rows } = list
  const query = search.size === 0 ? '' : `?${search}`
  const addressOf = (id: string): string => `/reviews/${encodeURIComponent(id)}${query}`
  const at = useListKeys({
    count: rows.length,
    open: index => void navigate(addressOf(rows[index]?.review_id ?? '')),
  })
  // The next one that waits for me takes the place of what was decided.
  const decided = useCallback(
    (id: string): void => {
      const rest = rows.filter(row => row.review_id !== id && row.may_decide)
      const at = rows.findIndex(row => row.review_id === id)
      const next = rest.find(row => rows.indexOf(row) > at) ?? rest[0]
      if (view === 'waiting') void navigate(next ? `/reviews/${next.review_id}${query}` : `/reviews${query}`)
    },
    [rows, view, navigate, query],
  )
  const shown = (
    <PagedRows
      list={list}
      empty={
        view === 'waiting'
          ? t('没有等待复核的申请', 'Nothing waits for a second person')
          : t('没有符合条件的申请', 'Nothing fits these filters')
      }
      keyOf={row => row.review_id}
      height={86}
      viewport="calc(100dvh - 230px)"
      label={t('复核申请', 'Reviews')}
      at={at}
      render={(row, index) => (
        <RowLink to={addressOf(row.review_id)} opened={row.review_id === reviewId} chosen={index === at.chosen}>
          <div className="row-line">
            <strong>{t(row.kind_zh, row.kind_en)}</strong>
            {row.amount !== null && <Money amount={row.amount} currency={row.currency ?? 'CNY'} />}
          </div>
          <div className="row-line">
            <span>{row.reason}</span>
            {row.state === 'open' ? (
              row.may_decide ? (
                <Tag color="processing">{t('待我复核', 'Waits for me')}</Tag>
              ) : (
                <State of="open" looks={REVIEW_STATES} />
              )
            ) : (
              <State of={row.state} looks={REVIEW_STATES} />
            )}
          </div>
          <div className="row-line quiet">
            <span>{spoken(t, row.asked_name || row.asked_by)}</span>
            <When at={row.asked_at} />
          </div>
        </RowLink>
      )}
    />
  )
  return (
    <Page title={t('复核', 'Reviews')}>
      <div className="filters">
        <Segmented<View>
          value={view}
          onChange={next => change({ view: next === 'waiting' ? '' : next })}
          options={[
            { value: 'waiting', label: t('待复核', 'Waiting') },
            { value: 'mine', label: t('我的申请', 'Mine') },
            { value: 'all', label: t('全部', 'All') },
          ]}
        />
        <Flex gap={8}>
          <Select
            aria-label={t('类型', 'Kind')}
            value={filters.kind}
            popupMatchSelectWidth={false}
            onChange={kind => change({ kind })}
            options={[
              { value: '', label: t('全部类型', 'All kinds') },
              ...(kinds?.kinds ?? []).map(({ kind, zh, en }) => ({ value: kind, label: t(zh, en) })),
            ]}
          />
        </Flex>
      </div>
      <Split
        back={`/reviews${query}`}
        list={shown}
        detail={
          reviewId === undefined ? null : (
            <ReviewDetail key={reviewId} reviewId={reviewId} kinds={kinds?.kinds ?? []} decided={decided} />
          )
        }
      />
    </Page>
  )
}
