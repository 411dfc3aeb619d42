import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium of this machine: the one `FZPAY_CHROMIUM` names, or where distributions put it; null where there is none. */
export function findChromium(): string | null {
  const named = process.env.FZPAY_CHROMIUM
  if (named) return existsSync(named) ? named : null
  return PLACES.find(existsSync) ?? null
}

/** Whether what stands there is a browser for this machine's processor, and not a script of a package that misses its rest. */
export const works = (path: string): boolean =>
  spawnSync(path, ['--headless', '--no-sandbox', '--version'], { timeout: 30_000 }).status === 0

/** Installs Debian's, where this machine takes packages and we may; null, and a word why, where not. */
export function installChromium(say: (text: string) => void): string | null {
  const found = findChromium()
  if (found) return found
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(
      '没有 Chromium，也无权安装：浏览器测试未运行 No Chromium, and none may be installed: the browser tests did not run',
    )
    return null
  }
  say('正在安装 Chromium（Debian 软件包） Installing Chromium (a package of Debian)')
  const quiet = { stdio: 'ignore' as const, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const wanted = ['chromium', 'fonts-noto-cjk']
  const install = () =>
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...wanted], quiet).status === 0
  const done = install() || (spawnSync('apt-get', ['update'], quiet).status === 0 && install())
  if (!done) say('安装 Chromium 失败：浏览器测试未运行 Chromium could not be installed: the browser tests did not run')
  return done ? findChromium() : null
}
