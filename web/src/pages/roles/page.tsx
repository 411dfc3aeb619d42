import { PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Flex, Form, Input, Tag, Typography } from 'antd'
import { useState } from 'react'
import type { PermissionList, RoleList, RoleView } from '../../../../src/access/api.ts'
import { useAsked } from '../../pieces/asked.tsx'
import { FormDialog, ReasonField, useNeeded } from '../../pieces/form_dialog.tsx'
import { Failed, Loading, Page } from '../../pieces/states.tsx'
import { useAddress } from '../../shell/address.ts'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useLang, useText } from '../../shell/text.ts'
import './roles.css'

type Permission = PermissionList['permissions'][number]
type Wish = Pick<RoleView, 'role' | 'name_zh' | 'name_en' | 'permissions'> & { readonly reason: string }

/** 角色: what each lets one do, in words; those of the house can be made and changed, with a second supervisor. */
export default function RolesPage() {
  const t = useText()
  const lang = useLang()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed(['accounts', 'reviews'])
  const asked = useAsked()
  const needed = useNeeded()
  const roles = useRead<RoleList>('accounts', '/api/roles')
  const permissions = useRead<PermissionList>('accounts', '/api/permissions')
  const [editing, setEditing] = useState<Partial<Wish> | null>(null)
  const all = permissions.data?.permissions ?? []
  const shown = roles.data?.roles.find(({ role }) => role === address.get('role')) ?? roles.data?.roles[0]
  const error = roles.error ?? permissions.error
  const nameOf = ({ name_zh, name_en }: Pick<RoleView, 'name_zh' | 'name_en'>): string =>
    lang === 'zh' ? name_zh : name_en
  return (
    <Page
      title={t('角色', 'Roles')}
      extra={
        may('role.manage') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({})}>
            {t('新建角色', 'New role')}
          </Button>
        )
      }
    >
      {error && <Failed error={error} />}
      {!shown || all.length === 0 ? (
        !error && <Loading rows={12} />
      ) : (
        <div className="side-by-side">
          <nav aria-label={t('角色', 'Roles')} className="panel pick-list">
            {roles.data?.roles.map(role => (
              <button
                key={role.role}
                type="button"
                aria-current={role.role === shown.role || undefined}
                onClick={() => address.set({ role: role.role }, { step: true })}
              >
                {nameOf(role)}
                <span className="quiet">{t(`${role.permissions.length} 项`, `${role.permissions.length}`)}</span>
              </button>
            ))}
          </nav>
          <section className="panel" aria-label={nameOf(shown)}>
            <Flex justify="space-between" align="center" wrap gap={8} style={{ marginBottom: 12 }}>
              <Typography.Title level={2} className="panel-title" style={{ margin: 0 }}>
                {nameOf(shown)}{' '}
                {shown.built_in ? (
                  <Tag>{t('内置', 'Built in')}</Tag>
                ) : (
                  <Tag color="processing">{t('自定义', 'Of the house')}</Tag>
                )}
              </Typography.Title>
              {may('role.manage') && (
                <Button
                  onClick={() =>
                    setEditing(
                      shown.built_in
                        ? { permissions: [...shown.permissions] }
                        : { ...shown, permissions: [...shown.permissions] },
                    )
                  }
                >
                  {shown.built_in ? t('以此为底新建', 'Begin a new one from this') : t('修改', 'Change')}
                </Button>
              )}
            </Flex>
            <Words permissions={all.filter(({ permission }) => shown.permissions.includes(permission))} />
          </section>
        </div>
      )}
      <FormDialog<Wish>
        open={editing !== null}
        close={() => setEditing(null)}
        width={760}
        title={editing?.role ? t('修改角色', 'Change a role') : t('新建角色', 'New role')}
        confirm={t('提交复核', 'Ask a second supervisor')}
        initial={editing ?? {}}
        submit={async ({ role, ...wish }) => {
          await deed.mutateAsync({ method: 'PUT', path: `/api/roles/${role}`, body: wish })
          asked(t(`角色“${wish.name_zh}”`, `The role “${wish.name_en}”`))
        }}
      >
        <Form.Item
          name="role"
          label={t('代码', 'Code')}
          rules={[
            {
              required: true,
              pattern: /^[a-z][a-z0-9_]{1,39}$/,
              message: t(
                '小写字母开头，只用小写字母、数字和下划线',
                'Small letters, digits and _, beginning with a letter',
              ),
            },
          ]}
        >
          <Input autoFocus={!editing?.role} disabled={editing?.role !== undefined} maxLength={40} />
        </Form.Item>
        <Flex gap={12} wrap>
          <Form.Item name="name_zh" label={t('中文名称', 'Chinese name')} rules={[needed]} style={{ flex: 1 }}>
            <Input maxLength={80} />
          </Form.Item>
          <Form.Item name="name_en" label={t('英文名称', 'English name')} rules={[needed]} style={{ flex: 1 }}>
            <Input maxLength={80} />
          </Form.Item>
        </Flex>
        <Form.Item
          name="permissions"
          label={t('权限', 'Permissions')}
          rules={[{ required: true, message: t('至少选一项', 'Choose one at least') }]}
        >
          <Checkbox.Group className="permission-boxes">
            {all
              .filter(({ permission }) => permission !== 'own.session')
              .map(permission => (
                <Checkbox key={permission.permission} value={permission.permission}>
                  {nameOf(permission)}
                </Checkbox>
              ))}
          </Checkbox.Group>
        </Form.Item>
        <ReasonField />
      </FormDialog>
    </Page>
  )
}

function Words({ permissions }: { readonly permissions: readonly Permission[] }) {
  const lang = useLang()
  return (
    <ul className="permission-words">
      {permissions.map(({ permission, name_zh, name_en }) => (
        <li key={permission}>{lang === 'zh' ? name_zh : name_en}</li>
      ))}
    </ul>
  )
}
