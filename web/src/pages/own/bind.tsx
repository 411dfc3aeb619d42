import { Form, Input, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import type { PayeeList } from '../../../../src/merchants/api.ts'
import { Failed } from '../../pieces/states.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { accountLabel } from '../pay/words.ts'

type Words = {
  readonly merchant_no: string
  readonly account_no: string
  readonly proof: 'payer_name' | 'phone_end'
  readonly payer_name?: string
  readonly phone_end?: string
}

/** Binds an account number: it is one's own if one knows the name or the phone on its bills. */
export function BindDialog({ close, bound }: { readonly close: () => void; readonly bound: () => void }) {
  const t = useText()
  const [form] = Form.useForm<Words>()
  const [proof, setProof] = useState<Words['proof']>('payer_name')
  const payees = useRead<PayeeList>('paying', '/api/payees')
  const merchantNo = Form.useWatch('merchant_no', form)
  const payee = payees.data?.payees.find(each => each.merchant_no === merchantNo)
  const label = accountLabel(t, payee?.fee_items[0]?.account_label)
  const bind = useDeed(['own'])
  const missing = t('请填写', 'This is missing')
  return (
    <Modal
      open
      title={t('绑定户号', 'Add an account number')}
      okText={t('绑定', 'Add')}
      cancelText={t('取消', 'Cancel')}
      confirmLoading={bind.isPending}
      onCancel={close}
      onOk={() => form.submit()}
    >
      <Form<Words>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ proof }}
        onFinish={({ merchant_no, account_no, payer_name, phone_end }) => {
          const proven = proof === 'payer_name' ? { payer_name } : { phone_end }
          bind.mutate(
            {
              method: 'POST',
              path: '/api/own/accounts',
              body: { merchant_no, account_no: account_no.trim(), ...proven },
              bare: true,
            },
            {
              onSuccess: () => {
                close()
                bound()
              },
            },
          )
        }}
      >
        <Form.Item name="merchant_no" label={t('收费单位', 'Payee')} rules={[{ required: true, message: missing }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            loading={payees.isPending}
            placeholder={t('选择或输入单位名称', 'Choose, or type a name')}
            options={(payees.data?.payees ?? []).map(each => ({ value: each.merchant_no, label: each.name }))}
          />
        </Form.Item>
        <Form.Item name="account_no" label={label} rules={[{ required: true, whitespace: true, message: missing }]}>
          <Input autoComplete="off" maxLength={60} />
        </Form.Item>
        <Form.Item name="proof" label={t('用什么核对', 'Proven by')}>
          <Radio.Group
            onChange={event => setProof(event.target.value)}
            options={[
              { value: 'payer_name', label: t('账单上的户名', 'The name on the bill') },
              { value: 'phone_end', label: t('账单所留手机号后四位', 'Last four digits of the phone on it') },
            ]}
          />
        </Form.Item>
        {proof === 'payer_name' ? (
          <Form.Item
            key="name"
            name="payer_name"
            label={t('户名', 'Name')}
            rules={[{ required: true, whitespace: true, message: missing }]}
          >
            <Input autoComplete="name" maxLength={80} />
          </Form.Item>
        ) : (
          <Form.Item
            key="phone"
            name="phone_end"
            label={t('手机号后四位', 'Last four digits')}
            rules={[{ required: true, pattern: /^\d{4}$/, message: t('应为 4 位数字', 'Four digits are expected') }]}
          >
            <Input inputMode="numeric" maxLength={4} autoComplete="off" />
          </Form.Item>
        )}
      </Form>
      {bind.error && <Failed error={bind.error} />}
    </Modal>
  )
}
