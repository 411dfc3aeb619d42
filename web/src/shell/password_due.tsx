import { Button, Flex, Typography } from 'antd'
import { PasswordForm } from '../pages/me/password.tsx'
import { Choices } from './layout.tsx'
import { useSession } from './session.tsx'
import { useText } from './text.ts'

/** Whoever was given a password sees nothing else before he has one of his own. */
export function PasswordDue() {
  const t = useText()
  const { leave, refresh } = useSession()
  return (
    <main className="door">
      <Flex justify="end">
        <Choices />
      </Flex>
      <div className="door-card" id="content">
        <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>
          {t('请先设置您自己的密码', 'Choose a password of your own first')}
        </Typography.Title>
        <Typography.Paragraph type="secondary">
          {t('现在的密码是别人给您的，只能用这一次。', 'The one you have was given to you and is good for this once.')}
        </Typography.Paragraph>
        <PasswordForm done={() => void refresh()} />
        <Button type="link" style={{ marginTop: 12, paddingInline: 0 }} onClick={() => void leave()}>
          {t('退出', 'Log out')}
        </Button>
      </div>
    </main>
  )
}
