import { LeftOutlined } from '@ant-design/icons'
import { Button, ConfigProvider, Flex, Layout } from 'antd'
import { type ReactNode, Suspense } from 'react'
import { Link, NavLink, useLocation, useNavigate } from 'react-router'
import { Loading } from '../pieces/states.tsx'
import { Choices, Offline, pagesFor, TwoPlaces } from './layout.tsx'
import { useSession } from './session.tsx'
import { useText } from './text.ts'
import './payer_frame.css'

/** Large words and things to touch: payers come twice a month, with a phone, and some are seventy. */
const LARGE = { token: { fontSize: 16, controlHeight: 44, borderRadius: 10 } }

/** The frame of somebody who pays: tabs beneath the thumb on a phone, above the page on a PC. */
export function PayerFrame({ children }: { readonly children: ReactNode }) {
  const t = useText()
  const { may } = useSession()
  const tabs = pagesFor(may).filter(page => page.tab !== undefined)
  return (
    <Plain
      tabs={
        <nav className="payer-tabs" aria-label={t('主菜单', 'Main menu')}>
          {tabs.map(page => (
            <NavLink key={page.path} to={`/${page.path}`}>
              {page.icon && <page.icon />}
              <span>{page.tab && t(page.tab)}</span>
            </NavLink>
          ))}
        </nav>
      }
    >
      <TwoPlaces />
      {children}
    </Plain>
  )
}

/** The same for whoever is not logged in. */
export function AnybodyFrame({ children }: { readonly children: ReactNode }) {
  const t = useText()
  return (
    <Plain
      door={
        <Link to="/" className="top-link">
          {t('登录', 'Log in')}
        </Link>
      }
    >
      {children}
    </Plain>
  )
}

function Plain({
  tabs,
  door,
  children,
}: {
  readonly tabs?: ReactNode
  readonly door?: ReactNode
  readonly children: ReactNode
}) {
  const t = useText()
  const navigate = useNavigate()
  // An app on a phone's home screen has no button for this.
  const { pathname } = useLocation()
  const deep = pathname.split('/').length > 3 || pathname === '/pay/verify'
  const home = tabs ? '/' : '/pay'
  return (
    <ConfigProvider theme={LARGE}>
      <Layout className={tabs ? 'payer with-tabs' : 'payer'}>
        <a className="skip" href="#content">
          {t('跳到内容', 'Skip to the content')}
        </a>
        <Layout.Header className="top payer-top">
          {deep && (
            <Button
              type="text"
              icon={<LeftOutlined />}
              aria-label={t('返回', 'Back')}
              onClick={() => (window.history.length > 1 ? navigate(-1) : navigate(home))}
            />
          )}
          <Link to={home} className="brand-small payer-brand">
            {t('抚州缴费', 'Fuzhou Pay')}
          </Link>
          {tabs}
          <Flex gap={4} align="center" style={{ marginInlineStart: 'auto' }}>
            <Choices />
            {door}
          </Flex>
        </Layout.Header>
        <Offline />
        <Layout.Content id="content" tabIndex={-1} className="payer-content">
          <Suspense fallback={<Loading rows={8} />}>{children}</Suspense>
        </Layout.Content>
      </Layout>
    </ConfigProvider>
  )
}
