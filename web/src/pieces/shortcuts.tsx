import { Modal } from 'antd'
import { useEffect, useState } from 'react'
import { useText } from '../shell/text.ts'
import type { Shortcut } from './shortcut.ts'

/** Whether keys belong to what has the focus: a field, or a dialog that is open. */
export const isTyping = (event: { readonly target: EventTarget | null }): boolean =>
  event.target instanceof Element &&
  event.target.closest('input:not([type=checkbox]),textarea,select,[contenteditable],[role=dialog],[role=combobox]') !==
    null

/** `?` shows what keys a page knows. */
export function Shortcuts({ keys }: { readonly keys: readonly Shortcut[] }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.key !== '?' || isTyping(event)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', heard)
    return () => window.removeEventListener('keydown', heard)
  }, [])
  return (
    <Modal
      open={open}
      onCancel={() => setOpen(false)}
      footer={null}
      title={t('键盘快捷键', 'Keyboard shortcuts')}
      destroyOnHidden
    >
      <dl className="keys">
        {[...keys, { keys: ['?'], zh: '显示本页快捷键', en: 'Show these keys' }].map(({ keys: each, zh, en }) => (
          <div key={zh}>
            <dt>
              {each.map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(zh, en)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
