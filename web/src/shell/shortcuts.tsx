import { QuestionCircleOutlined } from '@ant-design/icons'
import { Button, Modal, Tooltip } from 'antd'
import { useEffect, useState } from 'react'
import { press, shortcutsInForce } from './keyboard.ts'
import { isOfPage, type Shortcut } from './keys.ts'
import { useText } from './text.ts'

const HELP: Shortcut = { keys: ['?'], zh: '显示本页快捷键', en: 'Show the keys of this page' }
/** A dialog over the page has all keys, even while nothing in it has the focus. */
const DIALOG = '.ant-modal-wrap:not([style*="display: none"]) .ant-modal'

/** Hears keys for the page within the frame; `?`, or its button, shows which ones the page knows. */
export function Shortcuts() {
  const t = useText()
  const [shown, setShown] = useState<readonly Shortcut[] | null>(null)
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (!isOfPage(event) || document.querySelector(DIALOG) !== null) return
      if (event.key !== '?') return press(event)
      event.preventDefault()
      setShown(shortcutsInForce())
    }
    window.addEventListener('keydown', heard)
    return () => window.removeEventListener('keydown', heard)
  }, [])
  const name = t('快捷键', 'Keyboard shortcuts')
  return (
    <>
      <Tooltip title={`${name} (?)`}>
        <Button
          type="text"
          className="keys-only"
          icon={<QuestionCircleOutlined />}
          aria-label={name}
          aria-keyshortcuts="?"
          onClick={() => setShown(shortcutsInForce())}
        />
      </Tooltip>
      <Modal open={shown !== null} onCancel={() => setShown(null)} footer={null} title={name} destroyOnHidden>
        <dl className="shortcuts">
          {[...(shown ?? []), HELP].map(({ keys, zh, en }) => (
            <div key={en}>
              <dt>
                {keys.map(key => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{t(zh, en)}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </>
  )
}
