import { FileSearchOutlined } from '@ant-design/icons'
import { Button, Flex, Input, Select, Tabs } from 'antd'
import { Link, useSearchParams } from 'react-router'
import type { ArrivalView } from '../../../../src/arrivals/api.ts'
import { Page } from '../../pieces/states.tsx'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useSession } from '../../shell/session.tsx'
import { type Both, useText } from '../../shell/text.ts'
import { Arrivals } from './arrivals.tsx'
import { Files } from './files.tsx'
import { ARRIVAL_LOOKS, FILE_LOOKS } from './words.ts'
import './statements.css'

/** As the platform keeps them; what is late or missing depends on the hour besides. */
const ARRIVAL_STATES: Readonly<Record<ArrivalView['state'], Both>> = {
  arrived: ARRIVAL_LOOKS.arrived,
  awaited: { zh: '还没有取过', en: 'Not tried yet' },
  not_published: { zh: '渠道未出', en: 'Not published' },
  failed: ARRIVAL_LOOKS.failed,
  refused: ARRIVAL_LOOKS.refused,
  awaiting_acceptance: ARRIVAL_LOOKS.acceptance,
  empty: ARRIVAL_LOOKS.empty,
}

/** 对账单: what is expected and has come, and the files with their versions. */
export default function StatementsPage() {
  const t = useText()
  const { may } = useSession()
  const [search, setSearch] = useSearchParams()
  const tab = search.get('tab') === 'files' ? 'files' : 'arrivals'
  const set = (name: string, value: string): void =>
    setSearch(
      before => {
        const next = new URLSearchParams(before)
        if (value === '') next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  const filter = {
    day: search.get('day') ?? '',
    channel: search.get('channel') ?? '',
    account: search.get('account') ?? '',
    state: search.get('state') ?? '',
  }
  const looks: Readonly<Record<string, Both>> = tab === 'arrivals' ? ARRIVAL_STATES : FILE_LOOKS
  const states = Object.entries(looks).map(([value, words]) => ({ value, label: t(words) }))
  return (
    <Page
      title={t('对账单', 'Statements')}
      extra={
        may('statement.upload') && (
          <Link to="/statements/inspect">
            <Button type="primary" icon={<FileSearchOutlined />} tabIndex={-1}>
              {t('格式预检与上传', 'Look into a file, upload')}
            </Button>
          </Link>
        )
      }
    >
      <Flex gap={8} wrap className="filters">
        <Input
          type="date"
          aria-label={t('账期', 'Day')}
          value={filter.day}
          onChange={event => set('day', event.target.value)}
          style={{ width: 160 }}
        />
        <Select
          allowClear
          aria-label={t('渠道', 'Channel')}
          placeholder={t('全部渠道', 'All channels')}
          style={{ width: 140 }}
          value={filter.channel || null}
          onChange={value => set('channel', value ?? '')}
          options={Object.entries(CHANNEL_NAMES).map(([value, name]) => ({ value, label: t(name) }))}
        />
        <Select
          allowClear
          aria-label={t('状态', 'State')}
          placeholder={t('全部状态', 'All states')}
          style={{ width: 170 }}
          value={filter.state || null}
          onChange={value => set('state', value ?? '')}
          options={states}
        />
        <Input
          allowClear
          aria-label={t('账户', 'Account')}
          placeholder={t('账户', 'Account')}
          style={{ width: 170 }}
          defaultValue={filter.account}
          onBlur={event => set('account', event.target.value.trim())}
          onPressEnter={event => set('account', event.currentTarget.value.trim())}
          onClear={() => set('account', '')}
        />
      </Flex>
      <Tabs
        activeKey={tab}
        onChange={key => setSearch(key === 'files' ? { tab: 'files' } : {}, { replace: true })}
        items={[
          { key: 'arrivals', label: t('到达情况', 'Arrivals'), children: <Arrivals filter={filter} /> },
          { key: 'files', label: t('文件与版本', 'Files and versions'), children: <Files filter={filter} /> },
        ]}
        destroyOnHidden
      />
    </Page>
  )
}
