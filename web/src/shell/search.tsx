import { SearchOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Input, type InputRef, Modal } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'react-router'
import { Failed, Loading, Nothing } from '../pieces/states.tsx'
import type { Refused } from './api.ts'
import { type Found, find, mayFind } from './find.ts'
import { useKeyboard } from './keyboard.ts'
import { useSession } from './session.tsx'
import { useText } from './text.ts'

const FIND = { keys: ['Ctrl K', '⌘ K'], zh: '查找任意号码', en: 'Find any number' }

/** Any number, from anywhere: Ctrl or ⌘ with K, also while one types. */
export function GlobalSearch() {
  const t = useText()
  const { may } = useSession()
  const { pathname, search } = useLocation()
  const [open, setOpen] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever follows a finding is done with the search
  useEffect(() => setOpen(false), [pathname, search])
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', heard)
    return () => window.removeEventListener('keydown', heard)
  }, [])
  const finds = mayFind(may)
  useKeyboard({ shortcuts: finds ? [FIND] : [], press: () => false })
  if (!finds) return null
  const name = t(FIND)
  return (
    <>
      <Button
        type="text"
        icon={<SearchOutlined />}
        aria-label={name}
        aria-keyshortcuts="Control+K"
        onClick={() => setOpen(true)}
      >
        <span className="person-name">{t('查找', 'Find')}</span>
      </Button>
      <Modal open={open} title={name} footer={null} onCancel={() => setOpen(false)} destroyOnHidden style={{ top: 64 }}>
        <Finding />
      </Modal>
    </>
  )
}

function Finding() {
  const t = useText()
  const { may } = useSession()
  const [asked, setAsked] = useState('')
  const field = useRef<InputRef>(null)
  useEffect(() => field.current?.focus(), [])
  const { data, error, isFetching } = useQuery<Found[], Refused>({
    queryKey: ['own', 'find', asked],
    queryFn: ({ signal }) => find(asked, may, signal),
    enabled: asked !== '',
  })
  return (
    <search>
      <Input.Search
        ref={field}
        allowClear
        maxLength={64}
        aria-label={t('号码', 'Number')}
        placeholder={t(
          '缴费单号、流水号、渠道流水号、差错或用户…',
          'Order, payment, trade number, discrepancy, user …',
        )}
        enterButton={t('查找', 'Find')}
        loading={isFetching}
        onSearch={value => setAsked(value.trim())}
      />
      <div style={{ marginTop: 16, minHeight: 160 }} aria-live="polite">
        {error && <Failed error={error} />}
        {isFetching && <Loading rows={3} />}
        {!isFetching && data?.length === 0 && (
          <Nothing
            what={t(
              `没有找到“${asked}”，或不在您的权限范围内`,
              `“${asked}” was not found, or lies outside of what you may see`,
            )}
          />
        )}
        {!isFetching && data && data.length > 0 && (
          <ul className="plain found">
            {data.map(({ key, what, detail, to }) => (
              <li key={key}>
                <Link to={to}>
                  <span className="quiet">{t(what)}</span> {detail}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </search>
  )
}
