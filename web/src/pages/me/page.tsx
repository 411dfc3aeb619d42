import { LogoutOutlined } from '@ant-design/icons'
import { Button, Flex, Radio, Typography } from 'antd'
import type { ReactNode } from 'react'
import { Page } from '../../pieces/states.tsx'
import { useRemembered } from '../../shell/memory.ts'
import { useSession } from '../../shell/session.tsx'
import { language, useText } from '../../shell/text.ts'
import { look } from '../../shell/theme.ts'
import { BoundAccounts } from './bound.tsx'
import { NoticeChoices } from './notices.tsx'
import { Passkeys } from './passkeys.tsx'
import { PasswordForm } from './password.tsx'
import { Sessions } from './sessions.tsx'
import { Totp } from './totp.tsx'
import './me.css'

/** 我的: who I am here, how I log in and where, what I am told, and how pages look. */
export default function MePage() {
  const t = useText()
  const { who, may, leave } = useSession()
  const payer = may('own.read')
  return (
    <Page
      title={t('我的登录与设备', 'My log-in and devices')}
      extra={
        <Button icon={<LogoutOutlined />} onClick={() => void leave()}>
          {t('退出', 'Log out')}
        </Button>
      }
    >
      <div className="me">
        <Part title={who.name}>
          <Typography.Text type="secondary">
            {who.kind === 'payer'
              ? t('手机号登录', 'Logged in by phone')
              : `${t('登录名', 'Log-in name')} ${who.login}`}
          </Typography.Text>
        </Part>
        {payer && (
          <Part title={t('绑定的户号', 'My account numbers')}>
            <BoundAccounts />
          </Part>
        )}
        {payer && (
          <Part title={t('短信通知', 'Messages to my phone')}>
            <NoticeChoices />
          </Part>
        )}
        <Part title={t('指纹或面容登录', 'Fingerprint or face')}>
          <Passkeys />
        </Part>
        <Part title={t('登录的设备', 'Where I am logged in')}>
          <Sessions />
        </Part>
        {who.kind === 'staff' && (
          <Part title={t('修改密码', 'Password')}>
            <PasswordForm done={() => {}} />
          </Part>
        )}
        {who.kind === 'staff' && (
          <Part title={t('动态验证码', 'Authenticator code')}>
            <Totp />
          </Part>
        )}
        <Part title={t('语言与外观', 'Language and look')}>
          <Looks />
        </Part>
      </div>
    </Page>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="me-part">
      <Typography.Title level={2} style={{ fontSize: 17, marginTop: 0 }}>
        {title}
      </Typography.Title>
      {children}
    </section>
  )
}

function Looks() {
  const t = useText()
  return (
    <Flex vertical gap={12} align="start">
      <Radio.Group
        aria-label={t('语言', 'Language')}
        optionType="button"
        value={useRemembered(language)}
        onChange={event => language.set(event.target.value)}
        options={[
          { value: 'zh', label: '中文' },
          { value: 'en', label: 'English' },
        ]}
      />
      <Radio.Group
        aria-label={t('外观', 'Look')}
        optionType="button"
        value={useRemembered(look)}
        onChange={event => look.set(event.target.value)}
        options={[
          { value: 'system', label: t('跟随系统', 'As the device') },
          { value: 'light', label: t('浅色', 'Light') },
          { value: 'dark', label: t('深色', 'Dark') },
        ]}
      />
    </Flex>
  )
}
