import { Form, Input, Radio, Select } from 'antd'
import { FormDialog } from '../../pieces/form_dialog.tsx'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import type { Scope } from './fields.ts'
import { scopeName } from './words.ts'

type Wish = { readonly kind: 'channels' | 'merchants' | 'fee_items'; readonly name: string }

/** A channel with rules of its own, or an exception for a merchant or a fee item beneath `base`. It is written once a field of it is filled in. */
export function NewScope({
  open,
  close,
  base,
  add,
}: {
  readonly open: boolean
  readonly close: () => void
  readonly base: Scope
  readonly add: (scope: Scope) => void
}) {
  const t = useText()
  const beneath = scopeName(base, t)
  return (
    <FormDialog<Wish>
      open={open}
      close={close}
      title={t('添加范围', 'Add a scope')}
      confirm={t('添加', 'Add')}
      initial={{ kind: 'channels' }}
      submit={async ({ kind, name }) => add(kind === 'channels' ? ['channels', name] : [...base, kind, name.trim()])}
    >
      {form => (
        <>
          <Form.Item name="kind" label={t('哪一种', 'Which kind')}>
            <Radio.Group
              style={{ display: 'grid', gap: 8 }}
              onChange={() => form.setFieldValue('name', undefined)}
              options={[
                { value: 'channels', label: t('一个渠道的规则', 'Rules of a channel') },
                {
                  value: 'merchants',
                  label: t(`“${beneath}”下一个收费单位的例外`, `An exception of a merchant under “${beneath}”`),
                },
                {
                  value: 'fee_items',
                  label: t(`“${beneath}”下一个缴费项目的例外`, `An exception of a fee item under “${beneath}”`),
                },
              ]}
            />
          </Form.Item>
          <Form.Item noStyle shouldUpdate>
            {() =>
              form.getFieldValue('kind') === 'channels' ? (
                <Form.Item
                  name="name"
                  label={t('渠道', 'Channel')}
                  rules={[{ required: true, message: t('请选择', 'Choose one') }]}
                >
                  <Select options={Object.entries(CHANNEL_NAMES).map(([value, both]) => ({ value, label: t(both) }))} />
                </Form.Item>
              ) : (
                <Form.Item
                  name="name"
                  label={t('编号', 'Number')}
                  rules={[
                    {
                      required: true,
                      pattern: /^[A-Za-z0-9_-]{1,64}$/,
                      message: t('字母、数字、- 或 _', 'Letters, digits, - or _'),
                    },
                  ]}
                >
                  <Input maxLength={64} />
                </Form.Item>
              )
            }
          </Form.Item>
        </>
      )}
    </FormDialog>
  )
}
