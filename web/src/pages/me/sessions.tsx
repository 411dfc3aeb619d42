import { LaptopOutlined, MobileOutlined } from '@ant-design/icons'
import { Button, Flex, Tag } from 'antd'
import { useState } from 'react'
import type { SessionList } from '../../../../src/access/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { deviceName } from '../../shell/device.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { type Both, useLang, useText } from '../../shell/text.ts'

const METHODS: Readonly<Record<SessionList['sessions'][number]['method'], Both>> = {
  password: { zh: '密码', en: 'password' },
  password_totp: { zh: '密码加验证码', en: 'password and code' },
  passkey: { zh: '指纹或面容', en: 'fingerprint or face' },
  code: { zh: '短信验证码', en: 'code by SMS' },
}

/** Where this account is logged in, and how to end it. */
export function Sessions() {
  const t = useText()
  const lang = useLang()
  const [all, setAll] = useState(false)
  const end = useDeed(['session'])
  const { data, error, refetch } = useRead<SessionList>('session', '/api/session/all')
  if (error) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={3} />
  return (
    <Flex vertical gap={12} align="start">
      <ul className="devices">
        {data.sessions.map(session => (
          <li key={session.session_id}>
            <span aria-hidden="true" style={{ fontSize: 22 }}>
              {/iPhone|Android|Mobile/.test(session.device) ? <MobileOutlined /> : <LaptopOutlined />}
            </span>
            <div style={{ flex: 1 }}>
              <strong>{deviceName(session.device, lang)}</strong>{' '}
              {session.present && <Tag color="processing">{t('这台设备', 'this one')}</Tag>}
              {session.warned_at !== null && <Tag color="warning">{t('同时在别处使用', 'in two places')}</Tag>}
              <div className="quiet">
                {session.address} · {t(METHODS[session.method])} · {t('最近', 'last seen')}{' '}
                <When at={session.seen_at} />
              </div>
            </div>
            {!session.present && (
              <Button
                loading={end.isPending && end.variables?.path.endsWith(session.session_id)}
                aria-label={t(
                  `结束 ${deviceName(session.device, 'zh')} 上的登录`,
                  `End the log-in on ${deviceName(session.device, 'en')}`,
                )}
                onClick={() =>
                  end.mutate({ method: 'DELETE', path: `/api/session/all/${session.session_id}`, bare: true })
                }
              >
                {t('结束', 'End')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.error && <Failed error={end.error} />}
      {data.sessions.length > 1 && (
        <Button danger onClick={() => setAll(true)}>
          {t('结束其他全部登录', 'End all the others')}
        </Button>
      )}
      <ReasonDialog
        open={all}
        title={t('结束其他全部登录？', 'End all other log-ins?')}
        confirm={t('全部结束', 'End them')}
        danger
        reason="none"
        close={() => setAll(false)}
        decide={() => end.mutateAsync({ method: 'DELETE', path: '/api/session/all', bare: true })}
      >
        {t('其他设备要重新登录才能使用，这台不受影响。', 'They have to log in anew; this device stays logged in.')}
      </ReasonDialog>
    </Flex>
  )
}
