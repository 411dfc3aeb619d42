import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useText } from '../shell/text.ts'

/** Copies a text, and says so where it was pressed. `what` names it for whoever hears the page. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const t = useText()
  const [state, setState] = useState<'no' | 'done' | 'refused'>('no')
  useEffect(() => {
    if (state === 'no') return
    const timer = setTimeout(() => setState('no'), 3_000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (): void => {
    // Absent where the page did not come safely (plain http from another machine).
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
    writing.then(
      () => setState('done'),
      () => setState('refused'),
    )
  }
  const words = {
    no: t('复制', 'Copy'),
    done: t('已复制', 'Copied'),
    refused: t('请长按文字复制', 'Press the text long'),
  }
  return (
    <Button
      icon={state === 'done' ? <CheckOutlined /> : <CopyOutlined />}
      onClick={copy}
      aria-label={state === 'no' ? `${words.no} ${what}` : words[state]}
    >
      {words[state]}
    </Button>
  )
}
