import { Button, Flex, Form, Input, Typography } from 'antd'
import { useState } from 'react'
import { Copy } from '../../pieces/copy.tsx'
import { Qr } from '../../pieces/qr.tsx'
import { Failed } from '../../pieces/states.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

/** The authenticator's code as a second step after the password: on, by its first code; off, by another. */
export function Totp() {
  const t = useText()
  const { who, refresh } = useSession()
  const [uri, setUri] = useState<string | null>(null)
  const [ending, setEnding] = useState(false)
  const begin = useDeed<{ uri: string }>(['session'])
  if (who.second_factor)
    return (
      <Flex vertical gap={12} align="start">
        <Typography.Text>
          {t('已启用：登录时除密码外还要 6 位验证码。', 'In use: a log-in by password wants its six digits, too.')}
        </Typography.Text>
        {ending ? (
          <CodeForm
            path="/api/session/totp/end"
            words={t('停用', 'Switch off')}
            danger
            done={() => {
              setEnding(false)
              void refresh()
            }}
          />
        ) : (
          <Button danger onClick={() => setEnding(true)}>
            {t('停用动态验证码', 'Switch it off')}
          </Button>
        )}
      </Flex>
    )
  if (uri === null)
    return (
      <Flex vertical gap={12} align="start">
        <Typography.Text>
          {t(
            '未启用。启用后，就算密码被人知道，没有您的手机也登录不了。',
            'Not in use. With it nobody gets in by your password alone.',
          )}
        </Typography.Text>
        {begin.error && <Failed error={begin.error} />}
        <Button
          loading={begin.isPending}
          onClick={() =>
            begin.mutate(
              { method: 'POST', path: '/api/session/totp', body: {}, bare: true },
              { onSuccess: begun => setUri(begun.uri) },
            )
          }
        >
          {t('启用动态验证码', 'Begin to use it')}
        </Button>
      </Flex>
    )
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  return (
    <Flex vertical gap={12} align="start">
      <Typography.Text>
        {t(
          '1. 用验证器应用（如腾讯身份验证器、Microsoft Authenticator）扫码',
          '1. Scan this with an authenticator app',
        )}
      </Typography.Text>
      <Qr text={uri} size={184} label={t('验证器二维码', 'Code for the authenticator')} />
      <Flex gap={8} align="center" wrap>
        <Typography.Text type="secondary">{t('扫不了？手工输入密钥：', 'No camera? Type this key:')}</Typography.Text>
        <code style={{ overflowWrap: 'anywhere' }}>{secret}</code>
        <Copy text={secret} what={t('密钥', 'the key')} />
      </Flex>
      <Typography.Text>{t('2. 输入应用里显示的 6 位数字', '2. Type the six digits that it shows')}</Typography.Text>
      <CodeForm
        path="/api/session/totp/confirm"
        words={t('确认启用', 'Confirm')}
        done={() => void refresh().then(() => setUri(null))}
      />
    </Flex>
  )
}

function CodeForm({
  path,
  words,
  danger = false,
  done,
}: {
  readonly path: string
  readonly words: string
  readonly danger?: boolean
  readonly done: () => void
}) {
  const t = useText()
  const send = useDeed(['session'])
  return (
    <Form<{ code: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={({ code }) => send.mutate({ method: 'POST', path, body: { code }, bare: true }, { onSuccess: done })}
    >
      <Form.Item
        name="code"
        label={t('6 位验证码', 'Six digits')}
        rules={[{ required: true, pattern: /^\d{6}$/, message: t('应为 6 位数字', 'Six digits are expected') }]}
      >
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} style={{ maxWidth: 200 }} />
      </Form.Item>
      {send.error && (
        <div style={{ marginBottom: 12 }}>
          <Failed error={send.error} />
        </div>
      )}
      <Button type="primary" danger={danger} htmlType="submit" loading={send.isPending}>
        {words}
      </Button>
    </Form>
  )
}
