import { QueryClientProvider } from '@tanstack/react-query'
import { Button, ConfigProvider, App as Messages, Result, theme } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { Component, lazy, type ReactNode, useEffect } from 'react'
import { BrowserRouter, matchPath, Navigate, Route, Routes, useNavigate } from 'react-router'
import { LANDINGS, PAGES } from './pages/registry.tsx'
import { Failed, Loading } from './pieces/states.tsx'
import { Frame, pagesFor } from './shell/layout.tsx'
import { LogIn } from './shell/log_in.tsx'
import { nonce } from './shell/nonce.ts'
import { PasswordDue } from './shell/password_due.tsx'
import { AnybodyFrame, PayerFrame } from './shell/payer_frame.tsx'
import { queries } from './shell/reading.ts'
import { SessionDoor, useDoor, useSession } from './shell/session.tsx'
import { type Both, useLang, useText } from './shell/text.ts'
import { themeOf, useDark, useStill } from './shell/theme.ts'

/** The whole app: languages, colours, who is logged in, and the page that the address names. */
export function WebApp() {
  const lang = useLang()
  const dark = useDark()
  const still = useStill()
  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
    document.documentElement.dataset.look = dark ? 'dark' : 'light'
  }, [lang, dark])
  return (
    <ConfigProvider
      locale={lang === 'zh' ? zhCN : enUS}
      theme={themeOf(dark, still)}
      csp={{ nonce }}
      button={{ autoInsertSpace: false }}
    >
      <Messages>
        <Colours />
        <QueryClientProvider client={queries}>
          <BrowserRouter basename="/app">
            <SessionDoor>
              <Shown />
            </SessionDoor>
          </BrowserRouter>
        </QueryClientProvider>
      </Messages>
    </ConfigProvider>
  )
}

/** Colours of the theme, for the few styles that are no component's. */
function Colours() {
  const { token } = theme.useToken()
  useEffect(() => {
    const { style } = document.documentElement
    style.setProperty('--back', token.colorBgLayout)
    style.setProperty('--card', token.colorBgContainer)
    style.setProperty('--line', token.colorBorderSecondary)
    style.setProperty('--text', token.colorText)
    style.setProperty('--quiet', token.colorTextSecondary)
    style.setProperty('--accent', token.colorPrimary)
    style.setProperty('--link', token.colorLink)
    style.setProperty('--on-accent', token.colorTextLightSolid)
    style.setProperty('--wrong', token.colorError)
    style.setProperty('--wrong-back', token.colorErrorBg)
    style.setProperty('--right', token.colorSuccess)
    style.setProperty('--soon', token.colorWarning)
    style.setProperty('--warn', token.colorWarning)
    style.setProperty('--hover', token.controlItemBgHover)
    style.setProperty('--chosen', token.controlItemBgActive)
  }, [token])
  return null
}

const ROUTES = PAGES.map(page => ({ page, Shown: lazy(page.load) }))

// The page that the address names is fetched while the platform is asked who is logged in. What goes wrong is told by the page itself.
PAGES.find(({ path }) => matchPath(`/app/${path}`, window.location.pathname))
  ?.load()
  .catch(() => {})

function Shown() {
  const { entry } = useDoor()
  if (entry.state === 'looking')
    return (
      <main className="door">
        <Loading rows={4} />
      </main>
    )
  if (entry.state === 'unreachable')
    return (
      <main className="door">
        <Failed error={entry.why} again={entry.again} />
      </main>
    )
  if (entry.state === 'out') return <ForAnybody over={entry.over} />
  if (entry.session.who.password_change_due) return <PasswordDue />
  const Around = entry.session.who.kind === 'payer' ? PayerFrame : Frame
  return (
    <Around>
      <NoWhiteScreen>
        <Routes>
          <Route index element={<Landing />} />
          {ROUTES.map(({ page, Shown: Content }) => (
            <Route
              key={page.path}
              path={page.path}
              element={
                <Guarded needs={page.needs} title={page.title}>
                  <Content />
                </Guarded>
              }
            />
          ))}
          <Route path="*" element={<NotHere />} />
        </Routes>
      </NoWhiteScreen>
    </Around>
  )
}

/** Without a log-in: paying, and the door for all else. */
function ForAnybody({ over }: { readonly over: boolean }) {
  return (
    <Routes>
      {ROUTES.filter(({ page }) => page.open).map(({ page, Shown: Content }) => (
        <Route
          key={page.path}
          path={page.path}
          element={
            <AnybodyFrame>
              <NoWhiteScreen>
                <Titled title={page.title}>
                  <Content />
                </Titled>
              </NoWhiteScreen>
            </AnybodyFrame>
          }
        />
      ))}
      <Route path="*" element={<LogIn over={over} />} />
    </Routes>
  )
}

function Landing() {
  const { may } = useSession()
  const open = pagesFor(may)
  const landing = LANDINGS.find(each => may(each.may) && open.some(page => page.path === each.path))
  const first = landing?.path ?? open[0]?.path
  return first === undefined ? <NotHere /> : <Navigate to={`/${first}`} replace />
}

function Guarded({
  needs,
  title,
  children,
}: {
  readonly needs: readonly string[]
  readonly title: Both
  readonly children: ReactNode
}) {
  const t = useText()
  const { may } = useSession()
  if (may(...needs)) return <Titled title={title}>{children}</Titled>
  return (
    <Result
      status="403"
      title={t('没有此页的权限', 'You may not open this page')}
      subTitle={t('如工作需要，请财务主管授予相应角色', 'If your work needs it, ask a supervisor for the role')}
      extra={<ToFirst />}
    />
  )
}

function Titled({ title, children }: { readonly title: Both; readonly children: ReactNode }) {
  const t = useText()
  const name = t(title)
  useEffect(() => {
    document.title = `${name} · ${t('抚州支付平台', 'Fuzhou Pay')}`
  }, [name, t])
  return children
}

function NotHere() {
  const t = useText()
  return (
    <Result
      status="404"
      title={t('没有这一页', 'There is no such page')}
      subTitle={t('地址可能写错了，或这一页已不在', 'The address may be mistyped, or the page is gone')}
      extra={<ToFirst />}
    />
  )
}

function ToFirst() {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Button type="primary" onClick={() => void navigate('/')}>
      {t('回到首页', 'To the first page')}
    </Button>
  )
}

/** A fault of one page shows itself there, and leaves the menu. */
class NoWhiteScreen extends Component<{ readonly children: ReactNode }, { readonly fault: boolean }> {
  override state = { fault: false }
  static getDerivedStateFromError(): { fault: boolean } {
    return { fault: true }
  }
  override render(): ReactNode {
    return this.state.fault ? <Fault /> : this.props.children
  }
}

function Fault() {
  const t = useText()
  return (
    <Result
      status="500"
      title={t('这一页出错了', 'This page has failed')}
      subTitle={t('没有任何数据受影响；刷新页面再试', 'No data was touched; load the page again')}
    />
  )
}
