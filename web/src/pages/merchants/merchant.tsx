import { Button, Descriptions, Flex, Form, Input, Select, Switch, TreeSelect, Typography } from 'antd'
import { useState } from 'react'
import type { FeeItemList, FeeItemView, MerchantView } from '../../../../src/merchants/api.ts'
import { FormDialog, useNeeded } from '../../pieces/form_dialog.tsx'
import { Listing } from '../../pieces/listing.tsx'
import { RecordDrawer } from '../../pieces/record_drawer.tsx'
import { Failed, Loading, Nothing, State } from '../../pieces/states.tsx'
import { Money, When } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { useDepartments } from '../accounts/place.tsx'
import { NumberField } from './page.tsx'
import { CATEGORIES, FEE_ITEM_STATES, MERCHANT_STATES } from './words.ts'

/** One merchant and its fee items. */
export function MerchantDrawer({ no, close }: { readonly no: string; readonly close: () => void }) {
  const t = useText()
  return (
    <RecordDrawer<MerchantView>
      subject="merchants"
      under="/api/merchants"
      id={no}
      close={close}
      title={merchant => merchant?.name ?? t('收费单位', 'Merchant')}
    >
      {merchant => <Merchant merchant={merchant} />}
    </RecordDrawer>
  )
}

type MerchantWish = Pick<MerchantView, 'name' | 'department_id' | 'state'>

function Merchant({ merchant }: { readonly merchant: MerchantView }) {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed(['merchants'])
  const needed = useNeeded()
  const { tree } = useDepartments()
  const [changing, setChanging] = useState(false)
  return (
    <div className="stack">
      <Descriptions
        column={{ xs: 1, sm: 2 }}
        size="small"
        items={[
          { key: 1, label: t('编号', 'Number'), children: merchant.merchant_no },
          { key: 2, label: t('状态', 'State'), children: <State of={merchant.state} looks={MERCHANT_STATES} /> },
          { key: 3, label: t('登记于', 'Registered'), children: <When at={merchant.created_at} whole /> },
        ]}
      />
      {may('merchant.manage') && (
        <div>
          <Button onClick={() => setChanging(true)}>{t('修改', 'Change')}</Button>
        </div>
      )}
      <FeeItems merchant={merchant} />
      <FormDialog<MerchantWish>
        open={changing}
        close={() => setChanging(false)}
        title={t('修改收费单位', 'Change the merchant')}
        confirm={t('保存', 'Save')}
        initial={{ name: merchant.name, department_id: merchant.department_id, state: merchant.state }}
        submit={values =>
          deed.mutateAsync({ method: 'PATCH', path: `/api/merchants/${merchant.merchant_no}`, body: values })
        }
      >
        <Form.Item name="name" label={t('名称', 'Name')} rules={[needed]}>
          <Input autoFocus maxLength={80} />
        </Form.Item>
        <Form.Item name="department_id" label={t('所属部门', 'Department')}>
          <TreeSelect treeData={tree} treeDefaultExpandAll />
        </Form.Item>
        <StateField looks={MERCHANT_STATES} />
      </FormDialog>
    </div>
  )
}

function StateField({ looks }: { readonly looks: typeof MERCHANT_STATES }) {
  const t = useText()
  return (
    <Form.Item name="state" label={t('状态', 'State')}>
      <Select options={Object.entries(looks).map(([value, both]) => ({ value, label: t(both) }))} />
    </Form.Item>
  )
}

type ItemWish = Pick<FeeItemView, 'name' | 'category' | 'account_label' | 'part_payment' | 'part_min' | 'state'> & {
  readonly fee_item_id: string
}

function FeeItems({ merchant }: { readonly merchant: MerchantView }) {
  const t = useText()
  const { may } = useSession()
  const deed = useDeed(['merchants'])
  const needed = useNeeded()
  const { data, error } = useRead<FeeItemList>('merchants', '/api/fee-items', { merchant_no: merchant.merchant_no })
  const [editing, setEditing] = useState<FeeItemView | 'new' | null>(null)
  const manage = may('merchant.manage')
  const submit = async ({ fee_item_id, state, part_min, ...wish }: ItemWish): Promise<void> => {
    const part = wish.part_payment ? { part_min: part_min || '0.01' } : {}
    if (editing === 'new')
      await deed.mutateAsync({
        method: 'POST',
        path: '/api/fee-items',
        body: { fee_item_id, merchant_no: merchant.merchant_no, ...wish, ...part },
      })
    else
      await deed.mutateAsync({
        method: 'PATCH',
        path: `/api/fee-items/${editing?.fee_item_id}`,
        body: { ...wish, ...part, state },
      })
  }
  return (
    <section aria-label={t('缴费项目', 'Fee items')}>
      <Flex justify="space-between" align="center" style={{ marginBottom: 8 }}>
        <Typography.Title level={3} className="panel-title" style={{ margin: 0 }}>
          {t('缴费项目', 'Fee items')}
        </Typography.Title>
        {manage && (
          <Button type="primary" onClick={() => setEditing('new')}>
            {t('登记缴费项目', 'Register a fee item')}
          </Button>
        )}
      </Flex>
      {error && <Failed error={error} />}
      {!data && !error ? (
        <Loading rows={4} />
      ) : (
        <Listing<FeeItemView>
          label={t('缴费项目', 'Fee items')}
          rows={data?.fee_items ?? []}
          keyOf={({ fee_item_id }) => fee_item_id}
          empty={<Nothing what={t('还没有缴费项目，不能开单', 'No fee item yet: nothing can be billed')} />}
          columns={[
            { title: t('名称', 'Name'), head: true, render: ({ name }) => name },
            {
              title: t('状态', 'State'),
              head: true,
              render: ({ state }) => <State of={state} looks={FEE_ITEM_STATES} />,
            },
            { title: t('编号', 'Number'), render: ({ fee_item_id }) => fee_item_id },
            {
              title: t('类别', 'Category'),
              render: ({ category }) => t(CATEGORIES[category] ?? { zh: category, en: category }),
            },
            {
              title: t('分笔缴费', 'In parts'),
              render: ({ part_payment, part_min, currency }) =>
                part_payment ? (
                  <>
                    {t('每次至少 ', 'At least ')}
                    <Money amount={part_min} currency={currency} />
                  </>
                ) : (
                  t('否', 'No')
                ),
            },
            ...(manage
              ? [
                  {
                    title: '',
                    render: (item: FeeItemView) => (
                      <Button size="small" onClick={() => setEditing(item)}>
                        {t('修改', 'Change')}
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      <FormDialog<ItemWish>
        open={editing !== null}
        close={() => setEditing(null)}
        title={editing === 'new' ? t('登记缴费项目', 'Register a fee item') : t('修改缴费项目', 'Change the fee item')}
        confirm={t('保存', 'Save')}
        initial={
          editing === 'new' || editing === null
            ? { category: 'other', account_label: t('户号', 'Account no'), part_payment: false, part_min: '0.01' }
            : editing
        }
        submit={submit}
      >
        {form => (
          <>
            <Form.Item name="name" label={t('名称', 'Name')} rules={[needed]}>
              <Input autoFocus maxLength={80} />
            </Form.Item>
            {editing === 'new' && <NumberField name="fee_item_id" label={t('编号', 'Number')} />}
            <Form.Item name="category" label={t('类别', 'Category')}>
              <Select options={Object.entries(CATEGORIES).map(([value, both]) => ({ value, label: t(both) }))} />
            </Form.Item>
            <Form.Item
              name="account_label"
              label={t('缴费人号码的叫法', 'What the payer’s number is called')}
              extra={t('如户号、学号', 'Such as account number or student number')}
              rules={[needed]}
            >
              <Input maxLength={20} />
            </Form.Item>
            <Form.Item name="part_payment" label={t('允许分笔缴费', 'May be paid in parts')} valuePropName="checked">
              <Switch />
            </Form.Item>
            <Form.Item noStyle shouldUpdate>
              {() =>
                form.getFieldValue('part_payment') && (
                  <Form.Item
                    name="part_min"
                    label={t('单次最低金额', 'The least a part may be')}
                    rules={[{ pattern: /^\d{1,10}(\.\d{1,2})?$/, message: t('如 10.00', 'Such as 10.00') }]}
                  >
                    <Input inputMode="decimal" />
                  </Form.Item>
                )
              }
            </Form.Item>
            {editing !== 'new' && <StateField looks={FEE_ITEM_STATES} />}
          </>
        )}
      </FormDialog>
    </section>
  )
}
