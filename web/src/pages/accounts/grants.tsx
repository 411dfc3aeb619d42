import { Button, Flex, Form, Select, Typography } from 'antd'
import { useState } from 'react'
import type { AccountDetail, GrantView, RoleList } from '../../../../src/access/api.ts'
import { useAsked } from '../../pieces/asked.tsx'
import { FormDialog, ReasonField } from '../../pieces/form_dialog.tsx'
import { Listing } from '../../pieces/listing.tsx'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Nothing } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useLang, useText } from '../../shell/text.ts'
import { PlaceFields, PlaceText } from './place.tsx'

type Wish = {
  readonly role: string
  readonly departments?: readonly string[]
  readonly merchants?: readonly string[]
  readonly channels?: readonly string[]
  readonly reason: string
}

/** What an account may do, and where; a further role needs a second supervisor, taking one away needs one. */
export function Grants({ account, own }: { readonly account: AccountDetail; readonly own: boolean }) {
  const t = useText()
  const lang = useLang()
  const { may } = useSession()
  const deed = useDeed(['accounts', 'reviews'])
  const asked = useAsked()
  const [granting, setGranting] = useState(false)
  const [taking, setTaking] = useState<GrantView | null>(null)
  const roles = useRead<RoleList>('accounts', '/api/roles')
  const known = roles.data?.roles ?? []
  const nameOf = (role: string): string => {
    const found = known.find(each => each.role === role)
    return found ? (lang === 'zh' ? found.name_zh : found.name_en) : role
  }
  const mayGrant = may('role.grant') && !own && account.state !== 'closed'
  return (
    <section aria-label={t('角色与范围', 'Roles and scopes')}>
      <Flex justify="space-between" align="center" style={{ marginBottom: 8 }}>
        <Typography.Title level={3} className="panel-title" style={{ margin: 0 }}>
          {t('角色与范围', 'Roles and scopes')}
        </Typography.Title>
        {mayGrant && (
          <Button type="primary" onClick={() => setGranting(true)}>
            {t('授予角色', 'Grant a role')}
          </Button>
        )}
      </Flex>
      <Listing<GrantView>
        label={t('角色与范围', 'Roles and scopes')}
        rows={account.grants}
        keyOf={({ grant_id }) => grant_id}
        empty={<Nothing what={t('还没有任何角色', 'It has no role yet')} />}
        columns={[
          { title: t('角色', 'Role'), head: true, render: ({ role }) => nameOf(role) },
          { title: t('范围', 'Where'), render: grant => <PlaceText place={grant} /> },
          { title: t('授予于', 'Granted'), render: ({ granted_at }) => <When at={granted_at} whole /> },
          ...(mayGrant
            ? [
                {
                  title: '',
                  render: (grant: GrantView) => (
                    <Button size="small" danger onClick={() => setTaking(grant)}>
                      {t('收回', 'Revoke')}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      <FormDialog<Wish>
        open={granting}
        close={() => setGranting(false)}
        title={t(`授予角色：${account.name}`, `Grant a role: ${account.name}`)}
        confirm={t('提交复核', 'Ask a second supervisor')}
        submit={async ({ role, reason, ...place }) => {
          const given = Object.fromEntries(Object.entries(place).filter(([, list]) => list && list.length > 0))
          await deed.mutateAsync({
            method: 'POST',
            path: `/api/accounts/${account.account_id}/grants`,
            body: { role, reason, ...given },
          })
          asked(t(`授予“${nameOf(role)}”`, `The grant of “${nameOf(role)}”`))
        }}
      >
        <Form.Item
          name="role"
          label={t('角色', 'Role')}
          rules={[{ required: true, message: t('请选择角色', 'Choose a role') }]}
        >
          <Select
            autoFocus
            options={known
              .filter(({ role }) => role !== 'payer')
              .map(({ role, name_zh, name_en }) => ({ value: role, label: lang === 'zh' ? name_zh : name_en }))}
          />
        </Form.Item>
        <PlaceFields />
        <ReasonField />
      </FormDialog>
      <ReasonDialog
        open={taking !== null}
        title={t('收回角色', 'Revoke a role')}
        confirm={t('收回', 'Revoke')}
        danger
        reason="none"
        close={() => setTaking(null)}
        decide={() =>
          deed.mutateAsync({
            method: 'DELETE',
            path: `/api/accounts/${account.account_id}/grants/${taking?.grant_id}`,
            bare: true,
          })
        }
      >
        {taking &&
          t(
            `${account.name} 不再是“${nameOf(taking.role)}”，立即生效。`,
            `${account.name} is no longer “${nameOf(taking.role)}”, at once.`,
          )}
      </ReasonDialog>
    </section>
  )
}
