import { Tabs } from 'antd'
import { Page } from '../../pieces/states.tsx'
import { useFilters } from '../../shell/address.ts'
import { useText } from '../../shell/text.ts'
import { Anomalies } from './anomalies.tsx'
import { Records } from './records.tsx'
import { RefusedNotices } from './refused.tsx'
import { Waiting } from './waiting.tsx'
import './records.css'

/** 缴费记录, and what of paying waits for somebody: outcomes of channels, anomalies, refused notices. */
export default function RecordsPage() {
  const t = useText()
  const [{ view }, change] = useFilters(['view'])
  return (
    <Page title={t('缴费记录', 'Payment records')}>
      <Tabs
        activeKey={view || 'records'}
        onChange={next => change({ view: next === 'records' ? '' : next })}
        items={[
          { key: 'records', label: t('缴费记录', 'Records'), children: <Records /> },
          { key: 'waiting', label: t('等待渠道结果', 'Waiting for channels'), children: <Waiting /> },
          { key: 'anomalies', label: t('异常支付', 'Anomalies'), children: <Anomalies /> },
          { key: 'refused', label: t('被拒通知', 'Refused notices'), children: <RefusedNotices /> },
        ]}
      />
    </Page>
  )
}
