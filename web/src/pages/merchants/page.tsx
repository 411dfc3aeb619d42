import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, TreeSelect } from 'antd'
import { useState } from 'react'
import type { MerchantList, MerchantView } from '../../../../src/merchants/api.ts'
import { FormDialog, useNeeded } from '../../pieces/form_dialog.tsx'
import { useSearchKey } from '../../pieces/list_keys.ts'
import { PagedListing } from '../../pieces/paged.tsx'
import { Page, State } from '../../pieces/states.tsx'
import { useAddress } from '../../shell/address.ts'
import { usePages } from '../../shell/paging.ts'
import { useDeed } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { useDepartments } from '../accounts/place.tsx'
import { Departments } from './departments.tsx'
import { MerchantDrawer } from './merchant.tsx'
import { MERCHANT_STATES } from './words.ts'

const PAGE = 100
const rowsOf = (answer: MerchantList): readonly MerchantView[] => answer.merchants
type Wish = { readonly merchant_no: string; readonly name: string; readonly department_id: string }

/** 收费单位: the departments as a tree, their merchants, and what each may bill. */
export default function MerchantsPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  const deed = useDeed(['merchants'])
  const needed = useNeeded()
  const { tree } = useDepartments()
  const [making, setMaking] = useState(false)
  const department = address.get('department')
  const list = usePages<MerchantList, MerchantView>(
    'merchants',
    '/api/merchants',
    { department_id: department, search: address.get('search'), limit: PAGE },
    rowsOf,
    { placeOf: ({ merchant_no }) => merchant_no },
  )
  useSearchKey(() => document.getElementById('merchant-search')?.focus())
  return (
    <Page
      title={t('收费单位', 'Merchants')}
      extra={
        may('merchant.manage') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
            {t('登记收费单位', 'Register a merchant')}
          </Button>
        )
      }
    >
      <div className="side-by-side">
        <Departments chosen={department} choose={id => address.set({ department: id, merchant: null })} />
        <div>
          <div className="filters">
            <Input.Search
              id="merchant-search"
              allowClear
              style={{ width: 280 }}
              aria-label={t('按编号或名称查找', 'Find by number or name')}
              placeholder={t('编号或名称', 'Number or name')}
              defaultValue={address.get('search')}
              onSearch={value => address.set({ search: value.trim() })}
            />
          </div>
          <PagedListing<MerchantView>
            label={t('收费单位', 'Merchants')}
            list={list}
            keyOf={({ merchant_no }) => merchant_no}
            chosen={address.get('merchant')}
            open={({ merchant_no }) => address.set({ merchant: merchant_no }, { step: true })}
            empty={t('没有收费单位', 'No merchant here')}
            columns={[
              {
                title: t('名称', 'Name'),
                head: true,
                render: ({ name }) => name,
              },
              {
                title: t('状态', 'State'),
                head: true,
                render: ({ state }) => <State of={state} looks={MERCHANT_STATES} />,
              },
              { title: t('编号', 'Number'), render: ({ merchant_no }) => merchant_no },
            ]}
          />
        </div>
      </div>
      <FormDialog<Wish>
        open={making}
        close={() => setMaking(false)}
        title={t('登记收费单位', 'Register a merchant')}
        confirm={t('登记', 'Register')}
        initial={department === '' ? {} : { department_id: department }}
        submit={async values => {
          await deed.mutateAsync({ method: 'POST', path: '/api/merchants', body: values })
          address.set({ merchant: values.merchant_no })
        }}
      >
        <Form.Item name="name" label={t('名称', 'Name')} rules={[needed]}>
          <Input autoFocus maxLength={80} />
        </Form.Item>
        <NumberField name="merchant_no" label={t('编号', 'Number')} />
        <Form.Item name="department_id" label={t('所属部门', 'Department')} rules={[needed]}>
          <TreeSelect treeData={tree} treeDefaultExpandAll />
        </Form.Item>
      </FormDialog>
      <MerchantDrawer no={address.get('merchant')} close={() => address.set({ merchant: null })} />
    </Page>
  )
}

/** A number that somebody chooses once: letters, digits, - and _. */
export function NumberField({ name, label }: { readonly name: string; readonly label: string }) {
  const t = useText()
  return (
    <Form.Item
      name={name}
      label={label}
      extra={t('登记后不能更改', 'It cannot be changed later')}
      rules={[
        {
          required: true,
          pattern: /^[A-Za-z0-9_-]{1,40}$/,
          message: t('1–40 个字母、数字、- 或 _', '1 to 40 letters, digits, - or _'),
        },
      ]}
    >
      <Input maxLength={40} />
    </Form.Item>
  )
}
