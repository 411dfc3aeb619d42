import { App, Button, Drawer, Flex, Form, Grid, Input, InputNumber, Select } from 'antd'
import type { CauseDetail, TrialView } from '../../../../src/causes/api.ts'
import { ACTIONS } from '../../../../src/discrepancies/actions.ts'
import { Failed, Loading } from '../../pieces/states.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'
import { ConditionFields } from './condition_fields.tsx'
import { type CauseValues, conditionsOf, valuesOf } from './form_values.ts'
import { Trial } from './trial.tsx'

const PRIORITY = 100

/** A new cause (`code` null), or a new version of one. */
export function CauseForm(props: {
  readonly code: string | null
  readonly close: () => void
  readonly saved: (code: string) => void
}) {
  const { code, close } = props
  const t = useText()
  const narrow = !(Grid.useBreakpoint().sm ?? true)
  const { data } = useRead<CauseDetail>(
    'discrepancies',
    `/api/causes/${code}`,
    {},
    { enabled: code !== null, keep: false },
  )
  const last = data?.versions[0]
  return (
    <Drawer
      open
      onClose={close}
      size={narrow ? '100%' : 760}
      title={code === null ? t('新增场景', 'New cause') : t('场景的新版本', 'A new version of the cause')}
    >
      {code !== null && !data ? (
        <Loading rows={12} />
      ) : (
        <CauseFields
          {...props}
          begin={
            last && data
              ? {
                  ...{ code: data.cause, name_zh: last.name_zh, name_en: last.name_en, recognised: last.recognised },
                  ...{
                    what_to_do: last.what_to_do,
                    whom_to_ask: last.whom_to_ask,
                    priority: last.priority,
                    reason: '',
                  },
                  usual_action: last.usual_action || undefined,
                  conditions: valuesOf(last.conditions),
                }
              : { priority: PRIORITY, conditions: {} }
          }
        />
      )}
    </Drawer>
  )
}

function CauseFields({
  code,
  saved,
  begin,
}: {
  readonly code: string | null
  readonly saved: (code: string) => void
  readonly begin: Partial<CauseValues>
}) {
  const t = useText()
  const { message } = App.useApp()
  const [form] = Form.useForm<CauseValues>()
  const trial = useDeed<TrialView>([])
  const save = useDeed<CauseDetail>(['discrepancies'])
  const needed = [{ required: true, whitespace: true, message: t('请填写', 'Please fill this in') }]
  const tryIt = (): void => {
    const { conditions, priority } = form.getFieldsValue(true) as CauseValues
    const of = code === null ? {} : { code }
    trial.mutate({
      method: 'POST',
      path: '/api/causes/trial',
      body: { ...of, priority, conditions: conditionsOf(conditions) },
      bare: true,
    })
  }
  const send = (values: CauseValues): void => {
    const { code: written, usual_action: usual, whom_to_ask: whom, conditions, ...told } = values
    const body = {
      ...told,
      whom_to_ask: whom ?? '',
      usual_action: usual ?? '',
      conditions: conditionsOf(conditions),
      ...(code === null ? { code: written } : {}),
    }
    save.mutate(
      { method: 'POST', path: code === null ? '/api/causes' : `/api/causes/${code}/versions`, body },
      {
        onSuccess: made => {
          void message.success(t('已保存，以后的对账会用它', 'Saved; the next runs use it'))
          saved(made.cause)
        },
      },
    )
  }
  return (
    <Form<CauseValues> form={form} layout="vertical" initialValues={begin} onFinish={send} scrollToFirstError>
      {code === null && (
        <Form.Item
          name="code"
          label={t('代码', 'Code')}
          extra={t(
            '小写字母开头，只用小写字母、数字和下划线；以后不能改',
            'Small letters, digits and underscores, a letter first; it never changes',
          )}
          rules={[
            {
              required: true,
              pattern: /^[a-z][a-z0-9_]{2,39}$/,
              message: t('3 到 40 个小写字母、数字、下划线', '3 to 40 small letters, digits, underscores'),
            },
          ]}
        >
          <Input maxLength={40} />
        </Form.Item>
      )}
      <div className="cause-pair">
        <Form.Item name="name_zh" label={t('中文名称', 'Chinese name')} rules={needed}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="name_en" label={t('英文名称', 'English name')} rules={needed}>
          <Input maxLength={60} />
        </Form.Item>
      </div>
      <Form.Item name="recognised" label={t('怎样认出', 'How it is recognised')} rules={needed}>
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
      <Form.Item name="what_to_do" label={t('建议处理', 'What to do')} rules={needed}>
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
      <div className="cause-pair">
        <Form.Item name="whom_to_ask" label={t('找谁确认', 'Whom to ask')}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="usual_action" label={t('常用操作', 'Usual action')}>
          <Select allowClear options={Object.entries(ACTIONS).map(([value, words]) => ({ value, label: t(words) }))} />
        </Form.Item>
      </div>
      <h2 className="cause-heading">{t('条件（填写的须同时满足）', 'Conditions (all that are given must hold)')}</h2>
      <ConditionFields />
      <Form.Item
        name="priority"
        label={t('优先级（1 到 1000，小者优先）', 'Priority (1 to 1000, the lowest first)')}
        rules={[{ required: true, message: t('请填写', 'Please fill this in') }]}
      >
        <InputNumber min={1} max={1000} precision={0} />
      </Form.Item>
      <Flex gap={8} vertical>
        <Button onClick={tryIt} loading={trial.isPending}>
          {t('先试算：会归入多少差错', 'Try it first: what would it take')}
        </Button>
        {trial.error && <Failed error={trial.error} />}
        {trial.data && <Trial of={trial.data} />}
      </Flex>
      <Form.Item
        name="reason"
        label={t('为什么（记入操作日志）', 'Why (kept in the operation log)')}
        rules={needed}
        style={{ marginTop: 16 }}
      >
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
      {save.error && <Failed error={save.error} />}
      <Button type="primary" htmlType="submit" loading={save.isPending} style={{ marginTop: 12 }}>
        {code === null ? t('保存场景', 'Save the cause') : t('保存为新版本', 'Save as a new version')}
      </Button>
    </Form>
  )
}
