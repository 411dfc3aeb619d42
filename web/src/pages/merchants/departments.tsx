import { EditOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Form, Input, Tree, TreeSelect } from 'antd'
import { useState } from 'react'
import { FormDialog, useNeeded } from '../../pieces/form_dialog.tsx'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { useDepartments } from '../accounts/place.tsx'
import { NumberField } from './page.tsx'

type Wish = { readonly department_id?: string; readonly name: string; readonly parent_id?: string }
type Item = ReturnType<typeof useDepartments>['tree'][number]

const find = (items: readonly Item[], id: string, parent?: string): { item: Item; parent?: string } | undefined => {
  for (const item of items) {
    if (item.value === id) return { item, ...(parent === undefined ? {} : { parent }) }
    const below = find(item.children, id, item.value)
    if (below) return below
  }
  return undefined
}

/** The tree of departments: choosing one shows its merchants and those of all below it. */
export function Departments({
  chosen,
  choose,
}: {
  readonly chosen: string
  readonly choose: (id: string | null) => void
}) {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed(['merchants'])
  const needed = useNeeded()
  const { tree } = useDepartments()
  const [editing, setEditing] = useState<'new' | 'change' | null>(null)
  const here = find(tree, chosen)
  const submit = async ({ department_id, name, parent_id }: Wish): Promise<void> => {
    const parent = { parent_id: parent_id ?? null }
    if (editing === 'new')
      await deed.mutateAsync({ method: 'POST', path: '/api/departments', body: { department_id, name, ...parent } })
    else await deed.mutateAsync({ method: 'PATCH', path: `/api/departments/${chosen}`, body: { name, ...parent } })
  }
  return (
    <section className="panel" aria-label={t('部门', 'Departments')} style={{ padding: 12 }}>
      <Flex justify="space-between" align="center" style={{ marginBottom: 6 }}>
        <b>{t('部门', 'Departments')}</b>
        {may('merchant.manage') && (
          <span>
            {here && (
              <Button
                type="text"
                icon={<EditOutlined />}
                aria-label={t('修改部门', 'Change the department')}
                onClick={() => setEditing('change')}
              />
            )}
            <Button
              type="text"
              icon={<PlusOutlined />}
              aria-label={t('登记部门', 'Register a department')}
              onClick={() => setEditing('new')}
            />
          </span>
        )}
      </Flex>
      {tree.length > 0 && (
        <Tree
          blockNode
          defaultExpandAll
          fieldNames={{ key: 'value' }}
          treeData={tree as never}
          selectedKeys={chosen === '' ? [] : [chosen]}
          onSelect={keys => choose((keys[0] as string | undefined) ?? null)}
        />
      )}
      {chosen !== '' && (
        <Button type="link" style={{ paddingInline: 4 }} onClick={() => choose(null)}>
          {t('全部部门', 'All departments')}
        </Button>
      )}
      <FormDialog<Wish>
        open={editing !== null}
        close={() => setEditing(null)}
        title={editing === 'new' ? t('登记部门', 'Register a department') : t('修改部门', 'Change the department')}
        confirm={t('保存', 'Save')}
        initial={
          editing === 'change' && here
            ? { name: here.item.title, ...(here.parent === undefined ? {} : { parent_id: here.parent }) }
            : chosen === ''
              ? {}
              : { parent_id: chosen }
        }
        submit={submit}
      >
        <Form.Item name="name" label={t('名称', 'Name')} rules={[needed]}>
          <Input autoFocus maxLength={80} />
        </Form.Item>
        {editing === 'new' && <NumberField name="department_id" label={t('编号', 'Number')} />}
        <Form.Item name="parent_id" label={t('上级部门', 'Above it')}>
          <TreeSelect
            allowClear
            treeData={tree}
            treeDefaultExpandAll
            placeholder={t('不选则为顶级', 'None chosen: a root')}
          />
        </Form.Item>
      </FormDialog>
    </section>
  )
}
