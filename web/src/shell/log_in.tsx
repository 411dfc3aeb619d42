import { KeyOutlined, LockOutlined, MobileOutlined, SafetyOutlined, UserOutlined } from '@ant-design/icons'
import { browserSupportsWebAuthn, startAuthentication, WebAuthnError } from '@simplewebauthn/browser'
import { Alert, Button, Divider, Flex, Form, Input, Tabs, Typography } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { SessionView } from '../../../src/access/api.ts'
import { Failed } from '../pieces/states.tsx'
import { ask, Refused } from './api.ts'
import { BrandSign } from './brand.tsx'
import { Choices } from './layout.tsx'
import { logInWay } from './log_in_way.ts'
import { useRemembered } from './memory.ts'
import { useDoor } from './session.tsx'
import { useText } from './text.ts'

/** What the link that led here fills in, such as the demo's: `#login=chuna&password=…` or `#phone=…`. It never reaches a server, and leaves the address at once. */
const given = new URLSearchParams(window.location.hash.slice(1))
if (given.has('login') || given.has('phone')) window.history.replaceState(null, '', window.location.pathname)

/** For whoever is not logged in: staff by password or passkey, payers by a code that their phone gets. */
export function LogIn({ over }: { readonly over: boolean }) {
  const t = useText()
  return (
    <main className="door">
      <Flex justify="end">
        <Choices />
      </Flex>
      <div className="door-card">
        <Flex gap={14} align="center" style={{ marginBottom: 20 }}>
          <BrandSign size={48} />
          <div>
            <Typography.Title level={1} style={{ fontSize: 24, margin: 0 }}>
              {t('抚州支付平台', 'Fuzhou Pay')}
            </Typography.Title>
            <Typography.Text type="secondary">
              {t('缴费、对账与差错处理', 'Payments, reconciliation and discrepancies')}
            </Typography.Text>
          </div>
        </Flex>
        {over && (
          <Alert
            type="info"
            showIcon
            role="status"
            style={{ marginBottom: 16 }}
            title={t('登录已结束，请重新登录', 'Your session is over; please log in again')}
          />
        )}
        <Tabs
          centered
          defaultActiveKey={
            given.has('phone') || (logInWay.get() === 'code' && !given.has('login')) ? 'payer' : 'staff'
          }
          items={[
            { key: 'staff', label: t('工作人员', 'Staff'), children: <StaffDoor /> },
            { key: 'payer', label: t('缴费人', 'Payers'), children: <PayerDoor /> },
          ]}
        />
        <Divider />
        <Link to="/pay" className="pay-without">
          {t('不登录，直接缴费', 'Pay a bill without logging in')}
        </Link>
      </div>
    </main>
  )
}

type Trying = {
  readonly busy: boolean
  readonly refused: Refused | null
  readonly go: (what: () => Promise<SessionView>) => Promise<void>
}

function useTrying(): Trying {
  const { enter } = useDoor()
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Refused | null>(null)
  return {
    busy,
    refused,
    async go(what) {
      setBusy(true)
      setRefused(null)
      try {
        enter(await what())
      } catch (error) {
        if (error instanceof Refused) setRefused(error)
        else if (!(error instanceof WebAuthnError || (error as Error).name === 'NotAllowedError')) throw error
      } finally {
        setBusy(false)
      }
    },
  }
}

type StaffWords = { readonly login: string; readonly password: string; readonly code?: string }

function StaffDoor() {
  const t = useText()
  const passkey = useTrying()
  const { busy, refused, go } = useTrying()
  const passkeyFirst = useRemembered(logInWay) === 'passkey' && !given.has('password')
  const byDevice = browserSupportsWebAuthn() && (
    <>
      <Button
        block
        size="large"
        type={passkeyFirst ? 'primary' : 'default'}
        icon={<KeyOutlined />}
        loading={passkey.busy}
        onClick={() => void passkey.go(byPasskey)}
      >
        {t('指纹或面容登录', 'Fingerprint or face')}
      </Button>
      {passkey.refused && <Failed error={passkey.refused} />}
    </>
  )
  // Asked for once all else was right; whoever knows that he has set a code up may give it before.
  const [givesCode, setGivesCode] = useState(false)
  const askedCode = refused?.code === 'totp_needed'
  if (askedCode && !givesCode) setGivesCode(true)
  return (
    <Form<StaffWords>
      layout="vertical"
      initialValues={{ login: given.get('login') ?? '', password: given.get('password') ?? '' }}
      requiredMark={false}
      onFinish={({ login, password, code }) =>
        void go(async () => {
          const body = { login: login.trim(), password, ...(code ? { code } : {}) }
          const entered = await ask<SessionView>('POST', '/api/session', { body })
          logInWay.set('password')
          return entered
        })
      }
    >
      {passkeyFirst && byDevice && (
        <>
          {byDevice}
          <Divider plain>{t('或用密码', 'or by password')}</Divider>
        </>
      )}
      <Form.Item
        name="login"
        label={t('登录名', 'Log-in name')}
        rules={[{ required: true, message: t('请填写登录名', 'Your log-in name is missing') }]}
      >
        <Input size="large" prefix={<UserOutlined />} autoComplete="username" autoFocus />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('密码', 'Password')}
        rules={[{ required: true, message: t('请填写密码', 'Your password is missing') }]}
      >
        <Input.Password size="large" prefix={<LockOutlined />} autoComplete="current-password" />
      </Form.Item>
      {givesCode && (
        <Form.Item
          name="code"
          label={t('动态验证码（6 位）', 'Code of your authenticator (6 digits)')}
          rules={[{ pattern: /^\d{6}$/, message: t('应为 6 位数字', 'Six digits are expected') }]}
        >
          <Input
            size="large"
            prefix={<SafetyOutlined />}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            autoFocus
          />
        </Form.Item>
      )}
      {!givesCode && (
        <Button type="link" style={{ paddingInline: 0 }} onClick={() => setGivesCode(true)}>
          {t('已启用动态验证码', 'I use an authenticator code')}
        </Button>
      )}
      {refused && !askedCode && <Failed error={refused} />}
      {askedCode && <Alert type="info" showIcon role="status" title={t(refused.words)} />}
      <Button
        block
        size="large"
        type={passkeyFirst ? 'default' : 'primary'}
        htmlType="submit"
        loading={busy}
        style={{ marginTop: 16 }}
      >
        {t('登录', 'Log in')}
      </Button>
      {!passkeyFirst && byDevice && <div style={{ marginTop: 12 }}>{byDevice}</div>}
    </Form>
  )
}

type Challenge = {
  readonly challenge_id: string
  readonly options: Parameters<typeof startAuthentication>[0]['optionsJSON']
}

async function byPasskey(): Promise<SessionView> {
  const { challenge_id, options } = await ask<Challenge>('POST', '/api/session/passkey/options', { body: {} })
  const response = await startAuthentication({ optionsJSON: options })
  const entered = await ask<SessionView>('POST', '/api/session/passkey', { body: { challenge_id, response } })
  logInWay.set('passkey')
  return entered
}

const AGAIN_S = 60

function PayerDoor() {
  const t = useText()
  const { busy, refused, go } = useTrying()
  const [phone, setPhone] = useState(given.get('phone') ?? '')
  const [code, setCode] = useState('')
  const [challenge, setChallenge] = useState<string | null>(null)
  const [wait, setWait] = useState(0)
  const [notSent, setNotSent] = useState<Refused | null>(null)
  const codeField = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (wait <= 0) return
    const timer = setTimeout(() => setWait(wait - 1), 1000)
    return () => clearTimeout(timer)
  }, [wait])
  const number = phone.replace(/[\s-]/g, '')
  const phoneFits = /^(\+?86)?1\d{10}$/.test(number)
  const send = async (): Promise<void> => {
    setNotSent(null)
    try {
      const sent = await ask<{ challenge_id: string }>('POST', '/api/session/code/ask', { body: { phone: number } })
      setChallenge(sent.challenge_id)
      setWait(AGAIN_S)
      codeField.current?.focus()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setNotSent(error)
    }
  }
  return (
    <form
      className="payer-door"
      onSubmit={event => {
        event.preventDefault()
        if (challenge === null) return void (phoneFits && send())
        void go(async () => {
          const body = { challenge_id: challenge, phone: number, code }
          const entered = await ask<SessionView>('POST', '/api/session/code', { body })
          logInWay.set('code')
          return entered
        })
      }}
    >
      <label htmlFor="phone">{t('手机号', 'Phone number')}</label>
      <Input
        id="phone"
        size="large"
        prefix={<MobileOutlined />}
        inputMode="tel"
        autoComplete="tel"
        value={phone}
        onChange={event => setPhone(event.target.value)}
      />
      <label htmlFor="code">{t('短信验证码', 'Code')}</label>
      <Flex gap={8}>
        <Input
          id="code"
          size="large"
          ref={input => {
            codeField.current = input?.input ?? null
          }}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          value={code}
          onChange={event => setCode(event.target.value.replace(/\D/g, ''))}
        />
        <Button size="large" disabled={!phoneFits || wait > 0} onClick={() => void send()}>
          {wait > 0 ? t(`${wait} 秒后重发`, `Again in ${wait} s`) : t('获取验证码', 'Send code')}
        </Button>
      </Flex>
      {(notSent ?? refused) && <Failed error={(notSent ?? refused) as Refused} />}
      <Button
        block
        size="large"
        type="primary"
        htmlType="submit"
        loading={busy}
        disabled={challenge === null || code.length !== 6}
      >
        {t('登录', 'Log in')}
      </Button>
    </form>
  )
}
