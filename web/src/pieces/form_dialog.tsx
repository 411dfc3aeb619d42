import { Form, type FormInstance, Input, Modal } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { useAttempt } from '../shell/attempt.ts'
import { useText } from '../shell/text.ts'
import { Failed } from './states.tsx'

export type FormDialogProps<V extends object> = {
  readonly open: boolean
  readonly title: string
  readonly confirm: string
  readonly initial?: Partial<V>
  readonly width?: number
  readonly close: () => void
  /** Does it; a refusal is shown here, and the dialog stays with what was filled in. */
  readonly submit: (values: V) => Promise<unknown>
  readonly children: ReactNode | ((form: FormInstance<V>) => ReactNode)
}

/** A form over the page. Enter sends it, Escape leaves it. */
export function FormDialog<V extends object>({
  open,
  title,
  confirm,
  initial,
  width = 560,
  close,
  submit,
  children,
}: FormDialogProps<V>) {
  const t = useText()
  const [form] = Form.useForm<V>()
  const { busy, refused, attempt, forget } = useAttempt()
  useEffect(() => {
    if (open) forget()
  }, [open, forget])
  const send = async (values: V): Promise<void> => {
    if (busy) return
    if (await attempt(() => submit(values))) close()
  }
  return (
    <Modal
      open={open}
      title={title}
      width={width}
      okText={confirm}
      cancelText={t('取消', 'Cancel')}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={close}
      destroyOnHidden
    >
      <Form<V>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={initial as never}
        onFinish={values => void send(values)}
        style={{ marginTop: 12 }}
      >
        {typeof children === 'function' ? children(form) : children}
        {/* Enter in a field sends the form. */}
        <button type="submit" hidden tabIndex={-1} aria-hidden />
      </Form>
      {refused && <Failed error={refused} />}
    </Modal>
  )
}

/** A rule of a field: it must be filled in. */
export const useNeeded = () => {
  const t = useText()
  return { required: true, whitespace: true, message: t('此项必填', 'This is needed') }
}

/** The reason of an act, as the operation log keeps it. */
export function ReasonField({ most = 500 }: { readonly most?: number }) {
  const t = useText()
  const needed = useNeeded()
  return (
    <Form.Item name="reason" label={t('理由（记入操作日志）', 'Reason (kept in the operation log)')} rules={[needed]}>
      <Input.TextArea rows={2} maxLength={most} />
    </Form.Item>
  )
}
