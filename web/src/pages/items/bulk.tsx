import { Button, Flex, Modal, Typography } from 'antd'
import { useState } from 'react'
import type { ItemView } from '../../../../src/reconciliation/items/api.ts'
import { counted } from '../../pieces/phrases.ts'
import { ReasonDialog } from '../../pieces/reason.tsx'
import { Money, Num } from '../../pieces/values.tsx'
import { useText } from '../../shell/text.ts'
import { sumsOf } from './timeline.ts'
import type { BulkResult } from './use_confirming.tsx'

/** What can be done to the rows that were selected; it stays in sight at the foot of the page. */
export function BulkBar({
  selected,
  all,
  clear,
  confirmAll,
}: {
  readonly selected: readonly ItemView[]
  readonly all: () => void
  readonly clear: () => void
  readonly confirmAll: (items: readonly ItemView[], reason: string) => Promise<BulkResult[]>
}) {
  const t = useText()
  const [asking, setAsking] = useState(false)
  const [refused, setRefused] = useState<readonly BulkResult[]>([])
  const wrong = selected.filter(item => item.anomalous).length
  const run = async (reason: string): Promise<void> => {
    const results = await confirmAll(selected, reason)
    clear()
    setRefused(results.filter(({ answer }) => answer.error !== null || answer.state === 'awaiting_review'))
  }
  return (
    <>
      {selected.length > 0 && (
        <Flex className="bulk" align="center" gap={12} wrap role="region" aria-label={t('已选项目', 'Selected items')}>
          <strong>
            {t(`已选 ${selected.length} 笔`, `${selected.length} selected`)}
            {sumsOf(selected).map(({ currency, amount }) => (
              <span key={currency} className="bulk-sum">
                <Money amount={amount} currency={currency} />
              </span>
            ))}
          </strong>
          <Button onClick={all}>{t('选择全部已载入的', 'Select all loaded')}</Button>
          <Button onClick={clear}>{t('取消选择', 'Clear')}</Button>
          <Button type="primary" onClick={() => setAsking(true)}>
            {t(`确认 ${selected.length} 笔`, `Confirm ${selected.length}`)}
          </Button>
        </Flex>
      )}
      <ReasonDialog
        open={asking}
        title={t(`确认 ${selected.length} 笔`, `Confirm ${counted(selected.length, 'item')}`)}
        confirm={t('确认', 'Confirm')}
        reason={wrong > 0 ? 'needed' : 'none'}
        close={() => setAsking(false)}
        decide={run}
      >
        <Typography.Paragraph>
          {sumsOf(selected).map(({ currency, amount }) => (
            <span key={currency}>
              {t('合计', 'In all')} <Money amount={amount} currency={currency} />{' '}
            </span>
          ))}
        </Typography.Paragraph>
        {wrong > 0 && (
          <Typography.Paragraph type="danger">
            {t(
              `其中 ${wrong} 笔有异常：理由适用于每一笔，并各生成一份异常交易专项报告。`,
              `${wrong} of them are anomalous: the reason holds for each, and each gets an anomaly report.`,
            )}
          </Typography.Paragraph>
        )}
        <Typography.Paragraph type="secondary">
          {t('超过规则限额的将提交第二人复核。', 'Those above the rules’ amount go to a second person.')}
        </Typography.Paragraph>
      </ReasonDialog>
      <Modal
        open={refused.length > 0}
        onCancel={() => setRefused([])}
        footer={<Button onClick={() => setRefused([])}>{t('知道了', 'Close')}</Button>}
        title={t('以下各笔没有直接确认', 'These were not confirmed outright')}
        destroyOnHidden
      >
        <ul className="not-confirmed">
          {refused.map(({ answer, item }) => (
            <li key={item.payment_no}>
              <Num>{item.order_no}</Num> <Money amount={item.amount} currency={item.currency} />
              <div>
                {answer.error
                  ? t(answer.error.message_zh, answer.error.message_en)
                  : t('已提交第二人复核', 'Sent to a second person')}
              </div>
            </li>
          ))}
        </ul>
      </Modal>
    </>
  )
}
