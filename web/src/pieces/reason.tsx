import { Form, Input, Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useAttempt } from '../shell/attempt.ts'
import { useText } from '../shell/text.ts'
import { Failed } from './states.tsx'

export type ReasonProps = {
  readonly open: boolean
  readonly title: string
  /** What the user should know before deciding. */
  readonly children?: ReactNode
  readonly confirm: string
  readonly danger?: boolean
  /** Whether a reason must be given; 'none' asks for none. */
  readonly reason?: 'needed' | 'free' | 'none'
  readonly close: () => void
  /** Does it; what it throws is shown here, and the dialog stays. */
  readonly decide: (reason: string) => Promise<unknown>
}

/** Asks for a decision and its reason. Enter with Ctrl or ⌘ decides, Escape leaves. */
export function ReasonDialog({
  open,
  title,
  children,
  confirm,
  danger,
  reason = 'needed',
  close,
  decide,
}: ReasonProps) {
  const t = useText()
  const field = useId()
  const [text, setText] = useState('')
  const { busy, refused, attempt, forget } = useAttempt()
  const ready = reason !== 'needed' || text.trim() !== ''
  const leave = (): void => {
    setText('')
    forget()
    close()
  }
  const go = async (): Promise<void> => {
    if (!ready || busy) return
    if (await attempt(() => decide(text.trim()))) leave()
  }
  return (
    <Modal
      open={open}
      title={title}
      okText={confirm}
      cancelText={t('取消', 'Cancel')}
      okButtonProps={{ danger: danger ?? false, disabled: !ready, loading: busy }}
      onOk={() => void go()}
      onCancel={leave}
      destroyOnHidden
      style={{ top: 32 }}
    >
      {children}
      {reason !== 'none' && (
        <Form layout="vertical" style={{ marginTop: 16 }}>
          <Form.Item
            label={t('理由（记入操作日志）', 'Reason (kept in the operation log)')}
            required={reason === 'needed'}
            htmlFor={field}
          >
            <Input.TextArea
              id={field}
              autoFocus
              rows={3}
              maxLength={500}
              showCount
              value={text}
              onChange={event => setText(event.target.value)}
              onKeyDown={event => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void go()
              }}
            />
          </Form.Item>
        </Form>
      )}
      {refused && <Failed error={refused} />}
    </Modal>
  )
}
