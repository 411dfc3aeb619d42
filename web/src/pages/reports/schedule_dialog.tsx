import { App, Form, Input, InputNumber, Select } from 'antd'
import type { ScheduleView } from '../../../../src/reports/api.ts'
import { FormDialog } from '../../pieces/form_dialog.tsx'
import { localOf } from '../../pieces/local_time.ts'
import { useDeed } from '../../shell/reading.ts'
import { useLang, useText } from '../../shell/text.ts'
import { EVERY, FORMATS, WEEKDAYS } from './words.ts'

type Wish = {
  readonly format: 'xlsx' | 'csv' | 'pdf'
  readonly every: 'day' | 'week' | 'month'
  readonly day_no?: number
  readonly local_time: string
  readonly notify?: string
}

/** Has a template exported again and again, in Beijing's time. */
export function ScheduleDialog({
  open,
  close,
  templateId,
  name,
}: {
  readonly open: boolean
  readonly close: () => void
  readonly templateId: string
  readonly name: string
}) {
  const t = useText()
  const lang = useLang()
  const deed = useDeed<ScheduleView>(['reports'])
  const { message } = App.useApp()
  return (
    <FormDialog<Wish>
      open={open}
      close={close}
      title={t(`定时导出：${name}`, `Export regularly: ${name}`)}
      confirm={t('保存', 'Save')}
      initial={{ format: 'xlsx', every: 'day', local_time: '08:30', day_no: 1 }}
      submit={async ({ notify, day_no, ...wish }) => {
        const { next_at } = await deed.mutateAsync({
          method: 'POST',
          path: '/api/reports/schedules',
          body: {
            template_id: templateId,
            lang,
            ...wish,
            ...(wish.every === 'day' ? {} : { day_no }),
            ...(notify ? { notify } : {}),
          },
        })
        // Just begun: it has a next time.
        const { day, time } = localOf(next_at as string)
        const first = `${day} ${time.slice(0, 5)}`
        message.success(t(`已设定，下次 ${first}`, `Set up; the next one is made at ${first}`))
      }}
    >
      {form => (
        <>
          <Form.Item name="format" label={t('格式', 'Format')}>
            <Select options={Object.entries(FORMATS).map(([value, label]) => ({ value, label }))} />
          </Form.Item>
          <Form.Item name="every" label={t('多久一次', 'How often')}>
            <Select options={Object.entries(EVERY).map(([value, both]) => ({ value, label: t(both) }))} />
          </Form.Item>
          <Form.Item noStyle shouldUpdate={(a, b) => a.every !== b.every}>
            {() =>
              form.getFieldValue('every') === 'week' ? (
                <Form.Item name="day_no" label={t('星期', 'Day of the week')}>
                  <Select options={WEEKDAYS.map((both, i) => ({ value: i + 1, label: t(both) }))} />
                </Form.Item>
              ) : form.getFieldValue('every') === 'month' ? (
                <Form.Item
                  name="day_no"
                  label={t('日（短月取最后一天）', 'Day of the month; the last one where it is shorter')}
                >
                  <InputNumber min={1} max={31} />
                </Form.Item>
              ) : null
            }
          </Form.Item>
          <Form.Item
            name="local_time"
            label={t('时刻（北京时间）', 'At, in Beijing time')}
            rules={[{ required: true, message: t('请填写时刻', 'Give a time') }]}
          >
            <Input type="time" style={{ width: 140 }} />
          </Form.Item>
          <Form.Item
            name="notify"
            label={t('完成时发邮件到（可不填）', 'Mail when it is ready (may stay empty)')}
            rules={[{ pattern: /^[^@\s]+@[^@\s]+$/, message: t('邮箱格式不对', 'This is no mail address') }]}
          >
            <Input type="email" />
          </Form.Item>
        </>
      )}
    </FormDialog>
  )
}
