import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Segmented } from 'antd'
import { useState } from 'react'
import type { AccountList, AccountMade, AccountView } from '../../../../src/access/api.ts'
import { FormDialog, useNeeded } from '../../pieces/form_dialog.tsx'
import { useSearchKey } from '../../pieces/list_keys.ts'
import { PagedListing } from '../../pieces/paged.tsx'
import { SecretDialog } from '../../pieces/secret.tsx'
import { Page, State } from '../../pieces/states.tsx'
import { When } from '../../pieces/values.tsx'
import { useAddress } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { AccountDrawer } from './detail.tsx'
import { KINDS, STATES } from './words.ts'

const rowsOf = (answer: AccountList): readonly AccountView[] => answer.accounts

/** 用户: who may log in, with what, and where he may do what. */
export default function AccountsPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed<AccountMade>(['accounts'])
  const [opening, setOpening] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const needed = useNeeded()
  const kind = address.get('kind') || 'staff'
  const list = usePages<AccountList, AccountView>(
    'accounts',
    '/api/accounts',
    { kind, search: address.get('search'), limit: 100 },
    rowsOf,
  )
  const open = (id: string): void => address.set({ account: id }, { step: true })
  useSearchKey(() => document.getElementById('account-search')?.focus())
  return (
    <Page
      title={t('用户', 'Users')}
      extra={
        may('account.manage') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpening(true)}>
            {t('开立账户', 'Open an account')}
          </Button>
        )
      }
    >
      <div className="filters">
        <Segmented
          value={kind}
          onChange={value => address.set({ kind: value === 'staff' ? null : value })}
          options={Object.entries(KINDS).map(([value, both]) => ({ value, label: t(both) }))}
        />
        <Input.Search
          id="account-search"
          allowClear
          style={{ width: 260 }}
          aria-label={t('按登录名或姓名查找', 'Find by log-in or name')}
          placeholder={t('登录名或姓名', 'Log-in or name')}
          defaultValue={address.get('search')}
          onSearch={value => address.set({ search: value.trim() })}
        />
      </div>
      <PagedListing<AccountView>
        label={t('用户', 'Users')}
        list={list}
        keyOf={({ account_id }) => account_id}
        chosen={address.get('account')}
        open={({ account_id }) => open(account_id)}
        empty={t('没有符合条件的账户', 'No account fits')}
        columns={[
          {
            title: t('姓名', 'Name'),
            head: true,
            render: ({ name }) => name,
          },
          { title: t('状态', 'State'), head: true, render: ({ state }) => <State of={state} looks={STATES} /> },
          { title: t('登录名', 'Log-in'), render: ({ login }) => login },
          {
            title: t('第二因素', 'Second factor'),
            render: ({ second_factor }) => (second_factor ? t('有', 'Yes') : t('无', 'None')),
          },
          { title: t('开立于', 'Opened'), render: ({ created_at }) => <When at={created_at} whole /> },
        ]}
      />
      <FormDialog<{ kind: 'staff' | 'service'; login: string; name: string }>
        open={opening}
        close={() => setOpening(false)}
        title={t('开立账户', 'Open an account')}
        confirm={t('开立', 'Open')}
        initial={{ kind: kind === 'service' ? 'service' : 'staff' }}
        submit={async values => {
          const made = await deed.mutateAsync({ method: 'POST', path: '/api/accounts', body: values, bare: true })
          address.set({ kind: values.kind === 'staff' ? null : values.kind, account: made.account_id })
          setSecret(made.password)
        }}
      >
        <Form.Item name="kind" label={t('类别', 'Kind')}>
          <Segmented
            options={[
              { value: 'staff', label: t(KINDS.staff ?? { zh: '', en: '' }) },
              { value: 'service', label: t(KINDS.service ?? { zh: '', en: '' }) },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="login"
          label={t('登录名', 'Log-in')}
          rules={[needed]}
          extra={t('一人一户，不得共用', 'One for each person, never shared')}
        >
          <Input autoFocus autoComplete="off" maxLength={80} />
        </Form.Item>
        <Form.Item name="name" label={t('姓名或系统名称', 'Name of the person or system')} rules={[needed]}>
          <Input autoComplete="off" maxLength={80} />
        </Form.Item>
      </FormDialog>
      <SecretDialog
        title={t('初始密码（首次登录须修改）', 'First password; the first log-in changes it')}
        secret={secret}
        close={() => setSecret(null)}
      />
      <AccountDrawer id={address.get('account')} close={() => address.set({ account: null })} />
    </Page>
  )
}
