import { Form, Input, Select } from 'antd'
import type { CauseList } from '../../../../src/causes/api.ts'
import type { MerchantList } from '../../../../src/merchants/api.ts'
import { KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import type { Both } from '../../shell/both.ts'
import { useRead } from '../../shell/reading.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'

const WEEKDAYS: readonly Both[] = [
  { zh: '周一', en: 'Mon' },
  { zh: '周二', en: 'Tue' },
  { zh: '周三', en: 'Wed' },
  { zh: '周四', en: 'Thu' },
  { zh: '周五', en: 'Fri' },
  { zh: '周六', en: 'Sat' },
  { zh: '周日', en: 'Sun' },
]
const DAYS_OF_MONTH = Array.from({ length: 31 }, (_, i) => ({ value: i + 1, label: String(i + 1) }))

/** Every condition that a cause can have, by its name; empty ones do not count. */
export function ConditionFields() {
  const t = useText()
  const { may } = useSession()
  const { data: library } = useRead<CauseList>('discrepancies', '/api/causes')
  const { data: merchants } = useRead<MerchantList>(
    'merchants',
    '/api/merchants',
    {},
    { enabled: may('merchant.read') },
  )
  const what = Form.useWatch(['conditions', 'difference_what'])
  const many = (name: string, label: string, options: readonly { value: string | number; label: string }[]) => (
    <Form.Item name={['conditions', name]} label={label}>
      <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} allowClear options={[...options]} />
    </Form.Item>
  )
  const written = (name: string, label: string) => (
    <Form.Item name={['conditions', name]} label={label}>
      <Select mode="tags" tokenSeparators={[',', '，', ' ']} open={false} suffixIcon={null} />
    </Form.Item>
  )
  const range = (name: string, label: string, type: 'text' | 'date' | 'time') => (
    <Form.Item label={label}>
      <div className="cause-range">
        <Form.Item name={['conditions', name, 'from']} noStyle>
          <Input
            type={type}
            aria-label={`${label} ${t('从', 'from')}`}
            inputMode={type === 'text' ? 'decimal' : undefined}
          />
        </Form.Item>
        <span>{t('至', 'to')}</span>
        <Form.Item name={['conditions', name, 'to']} noStyle>
          <Input
            type={type}
            aria-label={`${label} ${t('到', 'to')}`}
            inputMode={type === 'text' ? 'decimal' : undefined}
          />
        </Form.Item>
      </div>
    </Form.Item>
  )
  return (
    <div className="cause-pair">
      {many(
        'kinds',
        t('差错类型', 'Kinds'),
        Object.entries(KIND_LOOKS).map(([value, words]) => ({ value, label: t(words) })),
      )}
      {many(
        'engine_causes',
        t('引擎给出的原因', 'The engine’s cause'),
        (library?.causes ?? [])
          .filter(({ origin }) => origin === 'built_in')
          .map(each => ({ value: each.cause, label: t(each.name_zh, each.name_en) })),
      )}
      {many(
        'channels',
        t('渠道', 'Channels'),
        Object.entries(CHANNEL_NAMES).map(([value, words]) => ({ value, label: t(words) })),
      )}
      {written('accounts', t('渠道账户', 'Accounts'))}
      {many(
        'merchants',
        t('收费单位', 'Merchants'),
        (merchants?.merchants ?? []).map(each => ({ value: each.merchant_no, label: each.name })),
      )}
      {written('fee_items', t('缴费项目编号', 'Fee items'))}
      {range('amount', t('金额', 'Amount'), 'text')}
      {range('difference', t('差额（渠道减平台）', 'Difference (theirs minus ours)'), 'text')}
      <Form.Item name={['conditions', 'difference_what']} label={t('差额正好是', 'The difference is')}>
        <Select
          allowClear
          options={[
            { value: 'zero', label: t('零', 'nothing') },
            { value: 'fee', label: t('渠道手续费', 'the channel’s fee') },
            { value: 'share', label: t('金额的比例', 'a share of the amount') },
          ]}
        />
      </Form.Item>
      <div className="cause-pair">
        {what === 'share' && (
          <Form.Item name={['conditions', 'difference_share']} label={t('比例', 'Share')}>
            <Input placeholder="0.6%" />
          </Form.Item>
        )}
        {what !== undefined && (
          <Form.Item name={['conditions', 'difference_tolerance']} label={t('容差', 'Tolerance')}>
            <Input inputMode="decimal" placeholder="0.01" />
          </Form.Item>
        )}
      </div>
      {range('time_of_day', t('时刻（可跨零点）', 'Time of day (may pass midnight)'), 'time')}
      {range('days', t('账期', 'Business days'), 'date')}
      {many(
        'weekdays',
        t('星期', 'Weekdays'),
        WEEKDAYS.map((words, i) => ({ value: i + 1, label: t(words) })),
      )}
      {many('days_of_month', t('每月几日', 'Days of the month'), DAYS_OF_MONTH)}
      <Form.Item name={['conditions', 'sides']} label={t('哪一边有记录', 'Which side has rows')}>
        <Select
          allowClear
          options={[
            { value: 'ours', label: t('只有平台', 'Ours only') },
            { value: 'theirs', label: t('只有渠道', 'Theirs only') },
            { value: 'both', label: t('两边都有', 'Both') },
          ]}
        />
      </Form.Item>
      {range('rows', t('两边合计笔数', 'Rows of both sides'), 'text')}
      {written('currencies', t('币种（如 CNY）', 'Currencies (such as CNY)'))}
      <Form.Item name={['conditions', 'evidence']} label={t('依据中的文字', 'Words of the evidence')}>
        <Input maxLength={100} />
      </Form.Item>
    </div>
  )
}
