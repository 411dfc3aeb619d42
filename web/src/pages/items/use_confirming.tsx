import { App, Button } from 'antd'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { BulkAnswer, ConfirmAnswer, ItemView } from '../../../../src/reconciliation/items/api.ts'
import { grouped } from '../../pieces/values.tsx'
import { ask, newRequestId, Refused } from '../../shell/api.ts'
import { useLiveness } from '../../shell/live.ts'
import { changedHere } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { type Done, sumsOf } from './timeline.ts'

export type BulkResult = { readonly answer: BulkAnswer['results'][number]; readonly item: ItemView }

export type Confirming = {
  readonly done: ReadonlyMap<string, Done>
  readonly kept: readonly ItemView[]
  /** Confirms at once. Throws Refused when it was asked for with a reason: the dialog shows it. */
  readonly confirm: (item: ItemView, reason?: string) => Promise<void>
  readonly undo: (item: ItemView) => Promise<void>
  readonly retry: (item: ItemView) => Promise<void>
  /** All of them, by 200; each has its own result. */
  readonly confirmAll: (items: readonly ItemView[], reason: string) => Promise<BulkResult[]>
  readonly forget: () => void
}

const AT_ONCE = 200
const TOAST = 'confirmed'
const TOAST_SECONDS = 8

/** 快速确认 and its way back. `explain` is called for what needs a reason after all. */
export function useConfirming(explain: (item: ItemView) => void): Confirming {
  const t = useText()
  const { message } = App.useApp()
  const late = useLiveness() === 'late'
  const [done, setDone] = useState<ReadonlyMap<string, Done>>(new Map())
  const current = useRef(done)
  current.current = done
  const put = useCallback((no: string, entry: Done | null): void => {
    setDone(before => {
      const after = new Map(before)
      if (entry) after.set(no, entry)
      else after.delete(no)
      return after
    })
  }, [])
  // The live stream says what changed; without it these lists are read again at once.
  const changed = (): void => void (late && changedHere(['items', 'days', 'reviews']))

  const send = async (item: ItemView, wish: Done['wish'], requestId: string, reason?: string): Promise<void> => {
    const no = item.payment_no
    const before = current.current.get(no) ?? null
    const entry = { item, wish, requestId, reviewId: null, at: 0 }
    put(no, { ...entry, phase: 'sending', state: wish === 'confirm' ? 'confirmed' : item.state })
    try {
      const path = `/api/items/${encodeURIComponent(no)}/${wish === 'confirm' ? 'confirm' : 'unconfirm'}`
      const body = { id: requestId, ...(reason ? { reason } : {}) }
      const answer = await ask<ConfirmAnswer>('POST', path, { body })
      put(no, { ...entry, phase: 'done', state: answer.state, reviewId: answer.review_id, at: Date.now() })
      changed()
      if (wish === 'confirm') told(item, answer)
      else void message.info({ key: TOAST, content: t('已撤回确认', 'The confirmation was taken back') })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (error.status === 0) put(no, { ...entry, phase: 'unsent', state: item.state })
      else put(no, before)
      if (reason) throw error
      if (error.code === 'confirmation_reason_required') return explain(item)
      void message.error({ key: TOAST, content: t(error.words), duration: TOAST_SECONDS })
    }
  }
  const told = (item: ItemView, { state, report }: ConfirmAnswer): void => {
    const content =
      state === 'awaiting_review'
        ? t('已提交复核，须第二人同意', 'Sent to a second person, who must agree')
        : `${t('已确认', 'Confirmed')} ${grouped(item.amount)}${report === null ? '' : t(`，已生成异常报告 ${report} 号`, `; anomaly report ${report} was written`)}`
    void message.success({
      key: TOAST,
      duration: TOAST_SECONDS,
      content: (
        <>
          {content}
          {state !== 'awaiting_review' && (
            <Button type="link" size="small" onClick={() => void undo(item)}>
              {t('撤回', 'Undo')}
            </Button>
          )}
        </>
      ),
    })
  }
  const undo = (item: ItemView): Promise<void> => send(item, 'undo', newRequestId())
  const confirmAll = async (items: readonly ItemView[], reason: string): Promise<BulkResult[]> => {
    const results: BulkResult[] = []
    for (let i = 0; i < items.length; i += AT_ONCE) {
      const some = items.slice(i, i + AT_ONCE)
      const body = { id: newRequestId(), payment_nos: some.map(item => item.payment_no), ...(reason ? { reason } : {}) }
      const { results: answers } = await ask<BulkAnswer>('POST', '/api/items/confirm', { body })
      for (const [n, answer] of answers.entries()) {
        const item = some[n] as ItemView
        results.push({ answer, item })
        if (answer.state === null) continue
        const entry = { item, wish: 'confirm', requestId: body.id, phase: 'done', at: Date.now() } as const
        put(item.payment_no, { ...entry, state: answer.state, reviewId: answer.review_id })
      }
    }
    changed()
    const sums = sumsOf(results.filter(({ answer }) => answer.error === null).map(({ item }) => item))
    const told = sums.map(({ amount, currency }) => `${grouped(amount)}${currency === 'CNY' ? '' : ` ${currency}`}`)
    const fine = results.filter(({ answer }) => answer.error === null).length
    void message.open({
      key: TOAST,
      type: fine === results.length ? 'success' : 'warning',
      duration: TOAST_SECONDS,
      content: t(`${fine} 笔已处理，合计 ${told.join('、')}`, `${fine} done, ${told.join(', ')} in all`),
    })
    return results
  }
  const kept = useMemo(() => [...done.values()].map(({ item }) => item), [done])
  return {
    done,
    kept,
    confirm: (item, reason) => send(item, 'confirm', newRequestId(), reason),
    undo,
    retry: async item => {
      const unsent = current.current.get(item.payment_no)
      if (unsent) await send(item, unsent.wish, unsent.requestId)
    },
    confirmAll,
    forget: useCallback(() => setDone(new Map()), []),
  }
}
