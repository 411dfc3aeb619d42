import { Form, Select, TreeSelect } from 'antd'
import { useState } from 'react'
import type { DepartmentTreeNode, MerchantList } from '../../../../src/merchants/api.ts'
import { aside } from '../../pieces/phrases.ts'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

type TreeItem = { readonly value: string; readonly title: string; readonly children: TreeItem[] }
export const treeOf = (nodes: readonly DepartmentTreeNode[]): TreeItem[] =>
  nodes.map(({ department_id, name, children }) => ({ value: department_id, title: name, children: treeOf(children) }))

/** Departments as a tree to choose from. */
export function useDepartments(): { readonly tree: TreeItem[]; readonly loading: boolean } {
  const { data, isPending } = useRead<{ departments: DepartmentTreeNode[] }>('merchants', '/api/departments')
  return { tree: treeOf(data?.departments ?? []), loading: isPending }
}

/** Where a role holds: departments with all below them, merchants, channels. Nothing chosen is everywhere. Fields of a form. */
export function PlaceFields() {
  const t = useText()
  const { tree, loading } = useDepartments()
  const [search, setSearch] = useState('')
  const merchants = useRead<MerchantList>('merchants', '/api/merchants', { search, limit: 50 })
  const everywhere = t('不选则为全部', 'None chosen: all')
  return (
    <>
      <Form.Item name="departments" label={t('部门（含下级）', 'Departments, with those below')}>
        <TreeSelect
          multiple
          allowClear
          treeData={tree}
          loading={loading}
          treeDefaultExpandAll
          placeholder={everywhere}
          treeNodeFilterProp="title"
        />
      </Form.Item>
      <Form.Item name="merchants" label={t('收费单位', 'Merchants')}>
        <Select
          mode="multiple"
          allowClear
          showSearch={{ filterOption: false, onSearch: setSearch }}
          loading={merchants.isPending}
          placeholder={everywhere}
          options={
            merchants.data?.merchants.map(({ merchant_no, name }) => ({
              value: merchant_no,
              label: aside(t, name, merchant_no),
            })) ?? []
          }
        />
      </Form.Item>
      <Form.Item name="channels" label={t('渠道', 'Channels')}>
        <Select
          mode="multiple"
          allowClear
          placeholder={everywhere}
          options={Object.entries(CHANNEL_NAMES).map(([value, both]) => ({ value, label: t(both) }))}
        />
      </Form.Item>
    </>
  )
}

type Place = {
  readonly departments: readonly string[] | null
  readonly merchants: readonly string[] | null
  readonly channels: readonly string[] | null
}

/** Where a grant holds, in words. */
export function PlaceText({ place }: { readonly place: Place }) {
  const t = useText()
  const { tree } = useDepartments()
  const names = new Map<string, string>()
  const walk = (items: readonly TreeItem[]): void => {
    for (const item of items) {
      names.set(item.value, item.title)
      walk(item.children)
    }
  }
  walk(tree)
  const parts = [
    place.departments && `${t('部门', 'Departments')} ${place.departments.map(id => names.get(id) ?? id).join('、')}`,
    place.merchants && `${t('收费单位', 'Merchants')} ${place.merchants.join('、')}`,
    place.channels &&
      `${t('渠道', 'Channels')} ${place.channels.map(name => t(CHANNEL_NAMES[name] ?? { zh: name, en: name })).join('、')}`,
  ].filter(part => part !== null)
  return <>{parts.length === 0 ? t('全部范围', 'Everywhere') : parts.join('；')}</>
}
