import { QuestionCircleOutlined } from '@ant-design/icons'
import { Button, Modal, Tooltip } from 'antd'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Both } from '../shell/both.ts'
import { useText } from '../shell/text.ts'

export type ListKeys = {
  readonly count: number
  readonly open: (index: number) => void
  /** Picks the row, or puts it back; where several can be worked on at once. */
  readonly toggle?: ((index: number) => void) | undefined
  /** What `/` goes to. */
  readonly search?: RefObject<{ focus: () => void } | null> | undefined
}

/** Whether somebody writes, or a dialog is open: then keys are not the list's. */
const isBusy = (target: EventTarget | null): boolean =>
  (target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null) ||
  document.querySelector('.ant-modal-wrap:not([style*="display: none"]) .ant-modal') !== null

/** ↑ ↓ or k j choose a row, Enter opens it, x picks it, / goes to the search. Gives the chosen row, -1 for none. */
export function useListKeys(keys: ListKeys): readonly [number, (index: number) => void] {
  const [chosen, setChosen] = useState(-1)
  const now = useRef({ keys, chosen })
  now.current = { keys, chosen }
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return
      const { keys, chosen } = now.current
      const onButton = event.target instanceof HTMLElement && event.target.closest('a, button, [role=tab]') !== null
      if (event.key === 'ArrowDown' || event.key === 'j') setChosen(Math.min(chosen + 1, keys.count - 1))
      else if (event.key === 'ArrowUp' || event.key === 'k') setChosen(Math.max(chosen - 1, 0))
      else if (event.key === 'Enter' && chosen >= 0 && !onButton) keys.open(chosen)
      else if (event.key === 'x' && chosen >= 0 && keys.toggle) keys.toggle(chosen)
      else if (event.key === '/' && keys.search) keys.search.current?.focus()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', heard)
    return () => window.removeEventListener('keydown', heard)
  }, [])
  return [Math.min(chosen, keys.count - 1), setChosen]
}

export const LIST_KEYS: readonly (readonly [string, Both])[] = [
  ['↑ ↓ / k j', { zh: '选择上一行、下一行', en: 'Choose the row above or below' }],
  ['Enter', { zh: '打开', en: 'Open it' }],
  ['/', { zh: '查找', en: 'Search' }],
]

/** Shows the page's shortcuts; `?` does so too. */
export function Shortcuts({ keys }: { readonly keys: readonly (readonly [string, Both])[] }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.key !== '?' || isBusy(event.target)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', heard)
    return () => window.removeEventListener('keydown', heard)
  }, [])
  const name = t('快捷键', 'Shortcuts')
  return (
    <>
      <Tooltip title={`${name} (?)`}>
        <Button
          type="text"
          icon={<QuestionCircleOutlined />}
          aria-label={name}
          onClick={() => setOpen(true)}
          className="keys-only"
        />
      </Tooltip>
      <Modal open={open} title={name} footer={null} onCancel={() => setOpen(false)}>
        <dl className="shortcuts">
          {keys.map(([key, words]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(words)}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </>
  )
}
