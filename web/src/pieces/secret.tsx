import { Alert, Modal, Typography } from 'antd'
import { useText } from '../shell/text.ts'

/** A password or key that is told once. It stays until its reader says that he has it. */
export function SecretDialog({
  title,
  secret,
  close,
}: {
  readonly title: string
  readonly secret: string | null
  readonly close: () => void
}) {
  const t = useText()
  return (
    <Modal
      open={secret !== null}
      title={title}
      okText={t('已妥善保存', 'I have kept it')}
      cancelButtonProps={{ hidden: true }}
      onOk={close}
      keyboard={false}
      mask={{ closable: false }}
      closable={false}
      destroyOnHidden
    >
      <Alert
        type="warning"
        showIcon
        title={t('只显示这一次，关闭后无法再查看', 'It is shown this once and cannot be read again')}
        style={{ marginBlock: 12 }}
      />
      <Typography.Text code copyable style={{ fontSize: 16, overflowWrap: 'anywhere' }}>
        {secret ?? ''}
      </Typography.Text>
    </Modal>
  )
}
