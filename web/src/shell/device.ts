/** What a browser calls itself, as a person would say it: "Chrome · Windows". */

const BROWSERS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/MicroMessenger\//, '微信 WeChat'],
  [/AlipayClient\//, '支付宝 Alipay'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/HuaweiBrowser\//, '华为 Huawei'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/HarmonyOS/, '鸿蒙 HarmonyOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/Linux/, 'Linux'],
]

const nameIn = (agent: string, names: readonly (readonly [RegExp, string])[]): string | undefined =>
  names.find(([sign]) => sign.test(agent))?.[1]

/** An agent that is no browser we know is shown as it is, shortened. Pure. */
export function deviceName(agent: string, lang: 'zh' | 'en'): string {
  const known = [nameIn(agent, BROWSERS), nameIn(agent, SYSTEMS)].filter(name => name !== undefined)
  if (known.length > 0) return known.join(' · ')
  return agent === '' ? (lang === 'zh' ? '未知设备' : 'unknown device') : agent.slice(0, 40)
}
