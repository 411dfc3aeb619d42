import { Tabs } from 'antd'
import { Page } from '../../pieces/states.tsx'
import { useAddress } from '../../shell/address.ts'
import { useSession } from '../../shell/session.tsx'
import { useText } from '../../shell/text.ts'
import { Daily } from './daily.tsx'
import { Exports } from './exports.tsx'
import { Schedules } from './schedules.tsx'
import { Templates } from './templates.tsx'
import './reports.css'

/** 报表: the day's report, templates, what was exported, and what is exported by itself. */
export default function ReportsPage() {
  const t = useText()
  const { may } = useSession()
  const address = useAddress()
  return (
    <Page title={t('报表', 'Reports')}>
      <Tabs
        activeKey={address.get('tab') || 'daily'}
        onChange={tab => address.set({ tab: tab === 'daily' ? null : tab }, { step: true })}
        destroyOnHidden
        items={[
          { key: 'daily', label: t('对账日报', 'Daily report'), children: <Daily /> },
          { key: 'templates', label: t('报表模板', 'Templates'), children: <Templates /> },
          ...(may('report.export')
            ? [{ key: 'exports', label: t('我的导出', 'My exports'), children: <Exports /> }]
            : []),
          ...(may('report.export', 'report.template')
            ? [{ key: 'schedules', label: t('定时导出', 'Schedules'), children: <Schedules /> }]
            : []),
        ]}
      />
    </Page>
  )
}
