import { DeleteOutlined, KeyOutlined } from '@ant-design/icons'
import { browserSupportsWebAuthn, startRegistration, WebAuthnError } from '@simplewebauthn/browser'
import { Alert, Button, Flex, Input, Modal } from 'antd'
import { useState } from 'react'
import type { PasskeyBegun, PasskeyList } from '../../../../src/access/api.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { ask, Refused } from '../../shell/api.ts'
import { deviceName } from '../../shell/device.ts'
import { logInWay } from '../../shell/log_in_way.ts'
import { changedHere, useDeed, useRead } from '../../shell/reading.ts'
import { useLang, useText } from '../../shell/text.ts'

type Passkey = PasskeyList['passkeys'][number]

/** 通行密钥: log-in by the fingerprint or face that unlocks the device. */
export function Passkeys() {
  const t = useText()
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Passkey | null>(null)
  const revoke = useDeed(['session'])
  const { data, error, refetch } = useRead<PasskeyList>('session', '/api/session/passkeys')
  if (error) return <Failed error={error} again={() => void refetch()} />
  if (!data) return <Loading rows={2} />
  return (
    <Flex vertical gap={12} align="start">
      <span>
        {t(
          '在这台设备上登记后，下次按一下指纹或看一眼就能登录，不用输密码。指纹和面容不离开设备。',
          'Once this device is registered you log in by a touch or a glance. Fingerprint and face never leave the device.',
        )}
      </span>
      {data.passkeys.length > 0 && (
        <ul className="devices">
          {data.passkeys.map(passkey => (
            <li key={passkey.passkey_id}>
              <div>
                <strong>{passkey.name}</strong>
                <div className="quiet">
                  {t('登记', 'Added')} <When at={passkey.created_at} whole />
                  {passkey.used_at !== null && (
                    <>
                      {' · '}
                      {t('最近使用', 'last used')} <When at={passkey.used_at} whole />
                    </>
                  )}
                </div>
              </div>
              <Button
                danger
                icon={<DeleteOutlined />}
                aria-label={t(`吊销 ${passkey.name}`, `Revoke ${passkey.name}`)}
                onClick={() => setLeaving(passkey)}
              >
                {t('吊销', 'Revoke')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {browserSupportsWebAuthn() ? (
        <Button type="primary" icon={<KeyOutlined />} onClick={() => setAdding(true)}>
          {t('登记这台设备', 'Register this device')}
        </Button>
      ) : (
        <Alert
          type="info"
          showIcon
          title={t(
            '此浏览器或地址不支持指纹或面容登录（需要 https，且不能用 IP 地址打开）',
            'Not possible in this browser or at this address (https and a name instead of an IP address are needed)',
          )}
        />
      )}
      {adding && <AddPasskey close={() => setAdding(false)} />}
      <ReasonDialog
        open={leaving !== null}
        title={t(`吊销“${leaving?.name ?? ''}”？`, `Revoke "${leaving?.name ?? ''}"?`)}
        confirm={t('吊销', 'Revoke')}
        danger
        reason="none"
        close={() => setLeaving(null)}
        decide={() =>
          revoke.mutateAsync({
            method: 'DELETE',
            path: `/api/session/passkeys/${encodeURIComponent(leaving?.passkey_id ?? '')}`,
            bare: true,
          })
        }
      >
        {t('那台设备不能再登录，它上面的登录也随之结束。', 'That device cannot log in any more, and its log-ins end.')}
      </ReasonDialog>
    </Flex>
  )
}

type Begun = { readonly challenge_id: string; readonly options: Parameters<typeof startRegistration>[0]['optionsJSON'] }

/** Names the device and has it make the key. */
function AddPasskey({ close }: { readonly close: () => void }) {
  const t = useText()
  const lang = useLang()
  const [name, setName] = useState(() => deviceName(navigator.userAgent, lang))
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Refused | null>(null)
  const add = async (): Promise<void> => {
    if (name.trim() === '' || busy) return
    setBusy(true)
    setRefused(null)
    try {
      const { challenge_id, options } = (await ask<PasskeyBegun>('POST', '/api/session/passkeys/options', {
        body: {},
      })) as unknown as Begun
      const response = await startRegistration({ optionsJSON: options })
      await ask('POST', '/api/session/passkeys', { body: { challenge_id, name: name.trim(), response } })
      logInWay.set('passkey')
      await changedHere(['session'])
      close()
    } catch (error) {
      setRefused(wordsFor(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={t('登记这台设备', 'Register this device')}
      okText={t('继续', 'Go on')}
      cancelText={t('取消', 'Cancel')}
      confirmLoading={busy}
      okButtonProps={{ disabled: name.trim() === '' }}
      onOk={() => void add()}
      onCancel={close}
    >
      <label htmlFor="passkey-name">{t('给设备起个名字，以后好认', 'A name to know it by')}</label>
      <Input
        id="passkey-name"
        maxLength={80}
        value={name}
        onChange={event => setName(event.target.value)}
        onPressEnter={() => void add()}
      />
      <p>{t('接着设备会请您按指纹或看一眼屏幕。', 'The device then asks for your fingerprint or face.')}</p>
      {refused && <Failed error={refused} />}
    </Modal>
  )
}

/** What the device or the platform said. A fault of our own is thrown on. */
function wordsFor(error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return new Refused(0, 'passkey_there', { zh: '这台设备已经登记过了', en: 'This device is registered already' })
  if (error instanceof WebAuthnError || (error as Error).name === 'NotAllowedError')
    return new Refused(0, 'passkey_not_made', {
      zh: '没有完成：被取消、超时，或设备没有设置锁屏指纹或面容。请再试一次',
      en: 'Not done: it was cancelled, took too long, or the device has no screen lock. Try once more',
    })
  throw error
}
