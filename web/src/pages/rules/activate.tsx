import { Alert, Form, Input, Select } from 'antd'
import type { GateList } from '../../../../src/reconciliation/gate/api.ts'
import { useAsked } from '../../pieces/asked.tsx'
import { FormDialog, ReasonField } from '../../pieces/form_dialog.tsx'
import { counted } from '../../pieces/phrases.ts'
import { localOf } from '../../pieces/values.tsx'
import { useDeed, useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

type Wish = { readonly from_day: string; readonly gate_id: string; readonly reason: string }

/** Asks a second person to have a version hold from a day on; a gate that has ended must stand behind it. */
export function Activate({
  version,
  back,
  open,
  close,
}: {
  readonly version: number
  readonly back: boolean
  readonly open: boolean
  readonly close: () => void
}) {
  const t = useText()
  const deed = useDeed(['rules', 'reviews'])
  const asked = useAsked()
  const { data } = useRead<GateList>('rules', `/api/rules/versions/${version}/gates`, {}, { enabled: open })
  const gates = data?.gates.filter(({ state }) => state === 'done') ?? []
  return (
    <FormDialog<Wish>
      open={open}
      close={close}
      title={
        back
          ? t(`申请回退到版本 ${version}`, `Ask to go back to version ${version}`)
          : t(`申请启用版本 ${version}`, `Ask for the activation of version ${version}`)
      }
      confirm={t('提交复核', 'Ask a second person')}
      submit={async wish => {
        await deed.mutateAsync({ method: 'POST', path: `/api/rules/versions/${version}/activation`, body: wish })
        asked(t(`版本 ${version} 的启用`, `The activation of version ${version}`))
      }}
    >
      {data && gates.length === 0 && (
        <Alert
          type="warning"
          showIcon
          title={t(
            '该版本还没有完成的回归检查：请先在“回归检查”中发起。',
            'No gate of this version has ended: start one under “Regression gate” first.',
          )}
          style={{ marginBottom: 16 }}
        />
      )}
      <Form.Item
        name="from_day"
        label={t('自哪个账期起', 'From which business day on')}
        rules={[{ required: true, message: t('请选择账期', 'Choose a day') }]}
      >
        <Input type="date" />
      </Form.Item>
      <Form.Item
        name="gate_id"
        label={t('依据的回归检查', 'On the strength of which gate')}
        rules={[{ required: true, message: t('请选择', 'Choose one') }]}
      >
        <Select
          options={gates.map(gate => {
            const { day, time } = localOf(gate.asked_at)
            return {
              value: gate.gate_id,
              label: t(
                `${day} ${time}，对照版本 ${gate.against}，${gate.days} 个账期`,
                `${day} ${time}, against version ${gate.against}, ${counted(gate.days, 'day')}`,
              ),
            }
          })}
        />
      </Form.Item>
      <ReasonField />
    </FormDialog>
  )
}
