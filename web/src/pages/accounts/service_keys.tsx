import { Button, Flex, Form, Input, Tag, Typography } from 'antd'
import { useState } from 'react'
import type { AccountDetail } from '../../../../src/access/api.ts'
import { FormDialog, useNeeded } from '../../pieces/form_dialog.tsx'
import { Listing } from '../../pieces/listing.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { SecretDialog } from '../../pieces/secret.tsx'
import { Nothing } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

type Key = AccountDetail['keys'][number]

/** Keys of a program: each shown once when it is issued, revoked at any time. */
export function ServiceKeys({ account }: { readonly account: AccountDetail }) {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed<{ key: string }>(['accounts'])
  const needed = useNeeded()
  const [issuing, setIssuing] = useState(false)
  const [revoking, setRevoking] = useState<Key | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const manage = may('account.manage') && account.state === 'active'
  return (
    <section aria-label={t('服务密钥', 'Service keys')}>
      <Flex justify="space-between" align="center" style={{ marginBottom: 8 }}>
        <Typography.Title level={3} className="panel-title" style={{ margin: 0 }}>
          {t('服务密钥', 'Service keys')}
        </Typography.Title>
        {manage && (
          <Button type="primary" onClick={() => setIssuing(true)}>
            {t('签发密钥', 'Issue a key')}
          </Button>
        )}
      </Flex>
      <Listing<Key>
        label={t('服务密钥', 'Service keys')}
        rows={account.keys}
        keyOf={({ key_id }) => key_id}
        empty={<Nothing what={t('没有密钥，该系统还不能接入', 'No key yet: the program cannot call the platform')} />}
        columns={[
          { title: t('名称', 'Name'), head: true, render: ({ name }) => name },
          {
            title: t('状态', 'State'),
            head: true,
            render: ({ revoked_at }) =>
              revoked_at ? <Tag>{t('已吊销', 'Revoked')}</Tag> : <Tag color="success">{t('有效', 'Valid')}</Tag>,
          },
          { title: t('签发于', 'Issued'), render: ({ created_at }) => <When at={created_at} whole /> },
          { title: t('到期', 'Expires'), render: ({ expires_at }) => <When at={expires_at} whole /> },
          { title: t('最近使用', 'Last used'), render: ({ used_at }) => <When at={used_at} whole /> },
          ...(manage
            ? [
                {
                  title: '',
                  render: (key: Key) =>
                    key.revoked_at === null && (
                      <Button size="small" danger onClick={() => setRevoking(key)}>
                        {t('吊销', 'Revoke')}
                      </Button>
                    ),
                },
              ]
            : []),
        ]}
      />
      <FormDialog<{ name: string; expires_on?: string }>
        open={issuing}
        close={() => setIssuing(false)}
        title={t('签发服务密钥', 'Issue a service key')}
        confirm={t('签发', 'Issue')}
        submit={async ({ name, expires_on }) => {
          const { key } = await deed.mutateAsync({
            method: 'POST',
            path: `/api/accounts/${account.account_id}/keys`,
            body: { name, ...(expires_on ? { expires_at: `${expires_on}T23:59:59+08:00` } : {}) },
            bare: true,
          })
          setSecret(key)
        }}
      >
        <Form.Item name="name" label={t('用途', 'What it is for')} rules={[needed]}>
          <Input autoFocus maxLength={80} />
        </Form.Item>
        <Form.Item name="expires_on" label={t('到期日（可不填）', 'Last day (may stay empty)')}>
          <Input type="date" />
        </Form.Item>
      </FormDialog>
      <SecretDialog title={t('服务密钥', 'Service key')} secret={secret} close={() => setSecret(null)} />
      <ReasonDialog
        open={revoking !== null}
        title={t('吊销密钥', 'Revoke a key')}
        confirm={t('吊销', 'Revoke')}
        danger
        reason="none"
        close={() => setRevoking(null)}
        decide={() =>
          deed.mutateAsync({
            method: 'DELETE',
            path: `/api/accounts/${account.account_id}/keys/${revoking?.key_id}`,
            bare: true,
          })
        }
      >
        {t(
          `使用“${revoking?.name ?? ''}”的系统立即不能再接入。`,
          `Programs that use “${revoking?.name ?? ''}” are refused at once.`,
        )}
      </ReasonDialog>
    </section>
  )
}
