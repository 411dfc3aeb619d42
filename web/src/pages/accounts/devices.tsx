import { Button, Flex, Typography } from 'antd'
import { useState } from 'react'
import type { AccountDetail } from '../../../../src/access/api.ts'
import { Listing } from '../../pieces/listing.tsx'
import { titled } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Nothing } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { deviceName, METHODS } from './words.ts'

type SessionRow = AccountDetail['sessions'][number]
type Passkey = AccountDetail['passkeys'][number]
type Ending = { readonly path: string; readonly title: string; readonly text: string }

/** Where an account is logged in, and the passkeys it logs in with. */
export function Devices({ account }: { readonly account: AccountDetail }) {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed(['accounts'])
  const [ending, setEnding] = useState<Ending | null>(null)
  const mayEnd = may('account.manage')
  const base = `/api/accounts/${account.account_id}`
  const endOf = <T,>(path: (row: T) => string, title: string, text: string) =>
    mayEnd
      ? [
          {
            title: '',
            render: (row: T) => (
              <Button size="small" danger onClick={() => setEnding({ path: path(row), title, text })}>
                {title}
              </Button>
            ),
          },
        ]
      : []
  return (
    <>
      <section aria-label={t('登录中的设备', 'Sessions')}>
        <Flex justify="space-between" align="center" style={{ marginBottom: 8 }}>
          <Typography.Title level={3} className="panel-title" style={{ margin: 0 }}>
            {t('登录中的设备', 'Sessions')}
          </Typography.Title>
          {mayEnd && account.sessions.length > 1 && (
            <Button
              danger
              onClick={() =>
                setEnding({
                  path: `${base}/sessions`,
                  title: t('全部结束', 'End all'),
                  text: t('该账户在所有设备上退出。', 'The account is logged out everywhere.'),
                })
              }
            >
              {t('全部结束', 'End all')}
            </Button>
          )}
        </Flex>
        <Listing<SessionRow>
          label={t('登录中的设备', 'Sessions')}
          rows={account.sessions}
          keyOf={({ session_id }) => session_id}
          empty={<Nothing what={t('当前没有登录', 'Nobody is logged in')} />}
          columns={[
            {
              title: t('设备', 'Device'),
              head: true,
              render: ({ device, present, warned_at }) => (
                <span title={device}>
                  {deviceName(device)} {present && <span className="quiet">{t('（本机）', '(this one)')}</span>}
                  {warned_at && <span className="wrong"> {t('同时在别处使用', 'in use elsewhere, too')}</span>}
                </span>
              ),
            },
            { title: t('地址', 'Address'), render: ({ address }) => address },
            {
              title: t('方式', 'By'),
              render: ({ method }) => t(METHODS[method] ?? { zh: method, en: method }),
            },
            { title: t('最近活动', 'Last seen'), render: ({ seen_at }) => <When at={seen_at} /> },
            ...endOf<SessionRow>(
              ({ session_id }) => `${base}/sessions/${session_id}`,
              t('结束', 'End'),
              t('该设备立即退出登录。', 'That device is logged out at once.'),
            ),
          ]}
        />
      </section>
      <section aria-label={t('通行密钥', 'Passkeys')}>
        <Typography.Title level={3} className="panel-title">
          {t('通行密钥（指纹、面容）', 'Passkeys (fingerprint, face)')}
        </Typography.Title>
        <Listing<Passkey>
          label={t('通行密钥', 'Passkeys')}
          rows={account.passkeys}
          keyOf={({ passkey_id }) => passkey_id}
          empty={<Nothing what={t('没有登记通行密钥', 'No passkey is registered')} />}
          columns={[
            { title: t('名称', 'Name'), head: true, render: ({ name }) => name },
            { title: t('登记于', 'Registered'), render: ({ created_at }) => <When at={created_at} whole /> },
            { title: t('最近使用', 'Last used'), render: ({ used_at }) => <When at={used_at} whole /> },
            ...endOf<Passkey>(
              ({ passkey_id }) => `${base}/passkeys/${encodeURIComponent(passkey_id)}`,
              t('吊销', 'Revoke'),
              t('该设备不能再用指纹或面容登录。', 'That device cannot log in with it any more.'),
            ),
          ]}
        />
      </section>
      <ReasonDialog
        open={ending !== null}
        title={titled(t, ending?.title ?? '', account.name)}
        confirm={ending?.title ?? ''}
        danger
        reason="none"
        close={() => setEnding(null)}
        decide={() => deed.mutateAsync({ method: 'DELETE', path: ending?.path ?? '', bare: true })}
      >
        {ending?.text}
      </ReasonDialog>
    </>
  )
}
