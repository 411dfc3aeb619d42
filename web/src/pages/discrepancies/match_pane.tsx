import { Checkbox, Flex, Input, Tag } from 'antd'
import { useState } from 'react'
import type { OpenRowList, OpenRowView } from '../../../../src/discrepancies/api.ts'
import { KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { PagedRows } from '../../pieces/paged.tsx'
import { Money, Num, When } from '../../pieces/values.tsx'
import { usePages } from '../../shell/paging.ts'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import {
  closes,
  keyOf,
  numbersOf,
  orderedRows,
  type Picked,
  proposedAmount,
  type Side,
  type Standing,
} from './picking.ts'

export type AccountOf = { readonly channel: string; readonly account: string; readonly currency: string }

const ROWS = '/api/discrepancy-rows'
const rowsOf = (answer: OpenRowList): readonly OpenRowView[] => answer.rows

/** Rows of one side that can be matched: those that close the gap or carry a picked number stand first. */
export function MatchPane({
  side,
  of,
  picked,
  pinned,
  standing,
  toggle,
  viewport,
}: {
  readonly side: Side
  readonly of: AccountOf
  readonly picked: Picked
  /** Rows that he came with: they stay on top. */
  readonly pinned: readonly OpenRowView[]
  readonly standing: Standing
  readonly toggle: (row: OpenRowView) => void
  readonly viewport: string
}) {
  const t = useText()
  const [number, setNumber] = useState('')
  const [amount, setAmount] = useState('')
  const asked = /^\d{1,13}(\.\d{1,4})?$/.test(amount) ? amount : undefined
  const list = usePages<OpenRowList, OpenRowView>('discrepancies', ROWS, { ...of, side, number, amount: asked }, rowsOf)
  const rest = picked.size === 0 ? null : proposedAmount(standing)
  const byAmount = useRead<OpenRowList>(
    'discrepancies',
    ROWS,
    { ...of, side, amount: rest, limit: 20 },
    {
      enabled: rest !== null,
      keep: false,
    },
  )
  const [firstNumber = ''] = numbersOf(picked)
  const byNumber = useRead<OpenRowList>(
    'discrepancies',
    ROWS,
    { ...of, side, number: firstNumber, limit: 20 },
    {
      enabled: firstNumber !== '' && !standing.agrees,
      keep: false,
    },
  )
  const free = (row: OpenRowView): boolean => !picked.has(keyOf(row))
  const fits = rest === null ? [] : (byAmount.data?.rows ?? []).filter(row => free(row) && closes(row, standing))
  const named = standing.agrees ? [] : (byNumber.data?.rows ?? []).filter(free)
  const first = pinned.filter(row => row.key.side === side)
  const proposals = number === '' && asked === undefined ? [...first, ...named, ...fits] : []
  const why = (row: OpenRowView): string | null =>
    named.some(each => keyOf(each) === keyOf(row))
      ? t('号码相同', 'Same number')
      : fits.some(each => keyOf(each) === keyOf(row))
        ? t('金额正好', 'Closes the gap')
        : null
  const title = side === 'ours' ? t('平台记录', 'Our records') : t('渠道账单', 'Their lines')
  return (
    <section className="pane" aria-label={title}>
      <Flex gap={8} wrap align="center" className="pane-head">
        <strong>{title}</strong>
        <Input
          className="pane-field"
          aria-label={`${title} ${t('号码', 'number')}`}
          placeholder={t('号码', 'Number')}
          allowClear
          value={number}
          onChange={event => setNumber(event.target.value.trim())}
        />
        <Input
          className="pane-field"
          inputMode="decimal"
          aria-label={`${title} ${t('金额', 'amount')}`}
          placeholder={t('金额', 'Amount')}
          allowClear
          value={amount}
          onChange={event => setAmount(event.target.value.trim())}
        />
      </Flex>
      <PagedRows
        list={{ ...list, rows: orderedRows(proposals, list.rows) }}
        empty={t('没有可匹配的记录', 'No rows to match')}
        keyOf={keyOf}
        height={72}
        viewport={viewport}
        label={title}
        render={row => <MatchRow row={row} why={why(row)} picked={picked.has(keyOf(row))} toggle={() => toggle(row)} />}
      />
    </section>
  )
}

function MatchRow({
  row: { row, discrepancy_id: id, discrepancy_kind: kind, moved },
  why,
  picked,
  toggle,
}: {
  readonly row: OpenRowView
  readonly why: string | null
  readonly picked: boolean
  readonly toggle: () => void
}) {
  const t = useText()
  const number = row.merchant_order_no || row.channel_trade_no || row.name
  return (
    <Checkbox className={picked ? 'match-row picked' : 'match-row'} checked={picked} onChange={toggle}>
      <span className="match-cells">
        <span className="match-what">
          <span className="row-line">
            <Num>{number}</Num>
          </span>
          <span className="quiet">
            {row.occurred_at ? <When at={row.occurred_at} /> : row.business_date} · {t(KIND_LOOKS[kind])} {id}
            {row.file !== '' && ` · ${row.file} ${t(`第 ${row.record} 条`, `#${row.record}`)}`}
          </span>
        </span>
        <span className="number">
          <Money amount={row.amount} currency={row.currency} />
          {moved !== row.amount && <div className="quiet">{t('未动资金', 'no money moved')}</div>}
          {why && (
            <div>
              <Tag color="success">{why}</Tag>
            </div>
          )}
        </span>
      </span>
    </Checkbox>
  )
}
