import {
  BulbOutlined,
  GlobalOutlined,
  LogoutOutlined,
  MenuOutlined,
  UserOutlined,
  WifiOutlined,
} from '@ant-design/icons'
import { Alert, Button, Drawer, Dropdown, Flex, Grid, Layout, Menu, type MenuProps, Tooltip, Typography } from 'antd'
import { type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { NavLink, useLocation, useNavigate } from 'react-router'
import { PAGES } from '../pages/registry.tsx'
import { Loading } from '../pieces/states.tsx'
import { BrandSign } from './brand.tsx'
import { deviceName } from './device.ts'
import { useLive, useLiveness } from './live.ts'
import { MENU_GROUPS, type MenuGroup, type PageOf } from './pages.tsx'
import { GlobalSearch } from './search.tsx'
import { useSession } from './session.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { language, useLang, useText } from './text.ts'
import { look, useDark } from './theme.ts'

/** The frame of all pages of somebody who is logged in: menu, who he is, how the connection stands. */
export function Frame({ children }: { readonly children: ReactNode }) {
  useLive()
  const t = useText()
  const { pathname } = useLocation()
  const wide = Grid.useBreakpoint().lg ?? window.innerWidth >= 992
  const [drawn, setDrawn] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the drawer
  useEffect(() => setDrawn(false), [pathname])
  const name = t('抚州支付平台', 'Fuzhou Pay')
  return (
    <Layout className="frame">
      <a className="skip" href="#content">
        {t('跳到内容', 'Skip to the content')}
      </a>
      {wide && (
        <Layout.Sider width={216} theme="light" className="side">
          <div className="brand">
            <BrandSign size={26} />
            {name}
          </div>
          <PageMenu />
        </Layout.Sider>
      )}
      <Layout>
        <Layout.Header className="top">
          {!wide && (
            <Button
              type="text"
              icon={<MenuOutlined />}
              aria-label={t('菜单', 'Menu')}
              aria-expanded={drawn}
              onClick={() => setDrawn(true)}
            />
          )}
          {!wide && <span className="brand-small">{name}</span>}
          <Flex gap={4} align="center" style={{ marginInlineStart: 'auto' }}>
            <Connection />
            <GlobalSearch />
            <Shortcuts />
            <Choices />
            <Person />
          </Flex>
        </Layout.Header>
        <Offline />
        <TwoPlaces />
        <Layout.Content id="content" tabIndex={-1} className="content">
          <Suspense fallback={<Loading rows={10} />}>{children}</Suspense>
        </Layout.Content>
      </Layout>
      {!wide && (
        <Drawer
          open={drawn}
          onClose={() => setDrawn(false)}
          placement="left"
          size={264}
          title={name}
          styles={{ body: { padding: 0 } }}
        >
          <PageMenu />
        </Drawer>
      )}
    </Layout>
  )
}

export const pagesFor = (may: (...needs: readonly string[]) => boolean): readonly PageOf[] =>
  PAGES.filter(page => may(...page.needs))

/** The first word of a page's path: a page with parameters belongs to the list it came from. */
const rootOf = (path: string): string => path.split('/:')[0] as string

function PageMenu() {
  const t = useText()
  const { may } = useSession()
  const { pathname } = useLocation()
  const pages = pagesFor(may).filter(page => page.menu !== undefined)
  const groups = (Object.keys(MENU_GROUPS) as MenuGroup[]).filter(group => pages.some(page => page.menu === group))
  const here = pathname.slice(1)
  const selected = pages
    .map(page => page.path)
    .filter(path => here === path || here.startsWith(`${rootOf(path)}/`))
    .sort((a, b) => b.length - a.length)[0]
  const items: MenuProps['items'] = groups.map(group => ({
    type: 'group' as const,
    key: group,
    label: t(MENU_GROUPS[group]),
    children: pages
      .filter(page => page.menu === group)
      .map(page => ({
        key: page.path,
        icon: page.icon && <page.icon />,
        label: <NavLink to={`/${page.path}`}>{t(page.title)}</NavLink>,
      })),
  }))
  return (
    <nav aria-label={t('主菜单', 'Main menu')}>
      <Menu
        mode="inline"
        items={items}
        selectedKeys={selected === undefined ? [] : [selected]}
        style={{ borderInlineEnd: 0 }}
      />
    </nav>
  )
}

const online = {
  subscribe(heard: () => void) {
    window.addEventListener('online', heard)
    window.addEventListener('offline', heard)
    return () => {
      window.removeEventListener('online', heard)
      window.removeEventListener('offline', heard)
    }
  },
  get: () => navigator.onLine,
}
export const useOnline = (): boolean => useSyncExternalStore(online.subscribe, online.get)

export function Offline() {
  const t = useText()
  if (useOnline()) return null
  return (
    <Alert
      banner
      type="warning"
      role="status"
      title={t(
        '网络已断开：看到的是断开前的内容，恢复后自动更新',
        'You are offline: this is what was there before; it is brought up to date when you are back',
      )}
    />
  )
}

/** Somebody else may have this account: said once for each log-in. */
export function TwoPlaces() {
  const t = useText()
  const { who } = useSession()
  const [read, setRead] = useState(false)
  const [other] = who.warnings
  if (!other || read) return null
  return (
    <Alert
      banner
      type="warning"
      title={
        <>
          {t(
            `您的账户同时在另一处使用（${other.address}，${deviceName(other.device, 'zh')}）。如果不是您本人，请立即结束那个登录。`,
            `Your account is in use elsewhere as well (${other.address}, ${deviceName(other.device, 'en')}). If that is not you, end that log-in now.`,
          )}{' '}
          <NavLink to="/me">{t('查看登录设备', 'See the devices')}</NavLink>
        </>
      }
      closable={{ onClose: () => setRead(true), 'aria-label': t('知道了', 'Understood') }}
    />
  )
}

function Connection() {
  const t = useText()
  const late = useLiveness() === 'late'
  if (!late) return null
  return (
    <Tooltip title={t('实时更新已中断，正在重新连接', 'Live updates are interrupted; connecting again')}>
      <span role="status" className="late">
        <WifiOutlined /> <span className="late-words">{t('重连中', 'Reconnecting')}</span>
      </span>
    </Tooltip>
  )
}

/** Language and light or dark. */
export function Choices() {
  const t = useText()
  const lang = useLang()
  const dark = useDark()
  return (
    <>
      <Button type="text" icon={<GlobalOutlined />} onClick={() => language.set(lang === 'zh' ? 'en' : 'zh')}>
        {lang === 'zh' ? 'English' : '中文'}
      </Button>
      <Button
        type="text"
        icon={<BulbOutlined />}
        onClick={() => look.set(dark ? 'light' : 'dark')}
        aria-label={dark ? t('浅色', 'Light') : t('深色', 'Dark')}
      />
    </>
  )
}

function Person() {
  const t = useText()
  const navigate = useNavigate()
  const { who, leave } = useSession()
  const items: MenuProps['items'] = [
    { key: 'who', disabled: true, label: <Typography.Text type="secondary">{who.login}</Typography.Text> },
    { key: 'me', icon: <UserOutlined />, label: t('我的登录与设备', 'My log-in and devices') },
    { type: 'divider' },
    { key: 'leave', icon: <LogoutOutlined />, label: t('退出', 'Log out') },
  ]
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items, onClick: ({ key }) => void (key === 'leave' ? leave() : navigate('/me')) }}
    >
      <Button type="text" icon={<UserOutlined />} aria-label={`${who.name} ${t('账户', 'Account')}`}>
        <span className="person-name">{who.name}</span>
      </Button>
    </Dropdown>
  )
}
