import { Button, Checkbox, Spin, Tag } from 'antd'
import { memo } from 'react'
import type { ItemView } from '../../../../src/reconciliation/items/api.ts'
import { titled } from '../../pieces/phrases.ts'
import { State } from '../../pieces/states.tsx'
import { ChannelName, localOf, Money } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { causeWords, ITEM_LOOKS, kindWords } from './looks.ts'
import { type Done, type Placed, standing } from './timeline.ts'

/** What one can do to a row. Stable, so that a row is drawn again only when it changed. */
export type RowActs = {
  readonly confirm: (item: ItemView) => void
  readonly undo: (item: ItemView) => void
  readonly retry: (item: ItemView) => void
  readonly explain: (item: ItemView) => void
  readonly open: (item: ItemView) => void
  readonly choose: (index: number) => void
  readonly select: (index: number, range: boolean) => void
}

export type RowProps = {
  readonly placed: Placed
  readonly index: number
  readonly done: Done | undefined
  readonly chosen: boolean
  readonly selected: boolean
  readonly mayConfirm: boolean
  readonly merchant: string
  readonly acts: RowActs
}

/** One payment: when, how much, whose, how it stands, and the button that confirms it. */
export const ItemRow = memo(function ItemRow({
  placed,
  index,
  done,
  chosen,
  selected,
  mayConfirm,
  merchant,
  acts,
}: RowProps) {
  const t = useText()
  const { item, late } = placed
  const now = standing(placed, done)
  const time = item.paid_at === null ? '—' : localOf(item.paid_at).time
  const wrong = item.doubt !== null && now.state !== 'confirmed' && now.state !== 'reconciled'
  const doubt = wrong && item.doubt ? titled(t, t(kindWords(item.doubt.kind)), t(causeWords(item.doubt.cause))) : ''
  const name = `${time} ${merchant} ${item.amount} ${t(ITEM_LOOKS[now.state] ?? { zh: now.state, en: now.state })}`
  return (
    <div
      className={`item${wrong ? ' item-wrong' : ''}${chosen ? ' item-chosen' : ''}`}
      data-no={item.payment_no}
      data-state={now.state}
      data-phase={now.phase ?? undefined}
    >
      {mayConfirm && (
        <Checkbox
          className="item-check"
          checked={selected}
          aria-label={`${t('选择', 'Select')} ${name}`}
          onClick={event => acts.select(index, event.shiftKey)}
        />
      )}
      <button
        type="button"
        className="item-open"
        data-enter="page"
        tabIndex={chosen ? 0 : -1}
        onFocus={() => acts.choose(index)}
        onClick={() => acts.open(item)}
      >
        <span className="item-time">
          {time}
          {late && <Tag className="item-late">{t('补记', 'booked late')}</Tag>}
        </span>
        <span className="item-amount">
          {item.kind === 'refund' && <Tag>{t('退款', 'Refund')}</Tag>}
          <Money amount={item.amount} currency={item.currency} />
        </span>
        <span className="item-who">
          <span className="item-merchant">{merchant}</span>
          <span className="item-payer">
            {item.payer_name} {item.account_no}
          </span>
        </span>
        <span className="item-what">
          <span>{item.title}</span>
          <span className="item-no">{item.order_no}</span>
        </span>
        <span className="item-channel">
          <ChannelName channel={item.channel} />
        </span>
        <span className="item-state">
          <State of={now.state} looks={ITEM_LOOKS} />
          {doubt !== '' && (
            <span className="item-doubt" title={doubt}>
              {doubt}
            </span>
          )}
        </span>
      </button>
      {mayConfirm && (
        <span className="item-act">
          <Act item={item} now={now} wrong={wrong} acts={acts} name={name} />
        </span>
      )}
    </div>
  )
})

function Act({
  item,
  now,
  wrong,
  acts,
  name,
}: {
  readonly item: ItemView
  readonly now: ReturnType<typeof standing>
  readonly wrong: boolean
  readonly acts: RowActs
  readonly name: string
}) {
  const t = useText()
  if (now.phase === 'sending') return <Spin size="small" />
  if (now.phase === 'unsent')
    return (
      <Button size="small" danger onClick={() => acts.retry(item)}>
        {t('未送达，重试', 'Not sent: retry')}
      </Button>
    )
  if (now.confirmable)
    return wrong ? (
      <Button danger onClick={() => acts.explain(item)} aria-label={`${t('说明并确认', 'Explain')} ${name}`}>
        {t('说明', 'Explain')}
      </Button>
    ) : (
      <Button
        color="primary"
        variant="outlined"
        onClick={() => acts.confirm(item)}
        aria-label={`${t('确认', 'Confirm')} ${name}`}
      >
        {t('确认', 'Confirm')}
      </Button>
    )
  if (now.undoable)
    return (
      <Button type="text" onClick={() => acts.undo(item)} aria-label={`${t('撤回', 'Undo')} ${name}`}>
        {t('撤回', 'Undo')}
      </Button>
    )
  return null
}
