import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startSandbox } from '../channels/sandbox/sandbox.ts'
import { parseWords, portOf, type Words } from '../command_line.ts'
import { type DemoPerson, demoKey, demoPeople } from '../demo/accounts.ts'
import { type DemoClock, openDemoClock } from '../demo/clock.ts'
import { takeTimes } from '../demo/clock_line.ts'
import { type Caller, personOf, postJson, programOf } from '../demo/day/caller.ts'
import { leaveMorning } from '../demo/day/left.ts'
import { atTime, type DayStage, dayOf, localTime, padded } from '../demo/day/stage.ts'
import { playDay } from '../demo/day/story.ts'
import { PAYER_PHONE, playPaying } from '../demo/paying_story.ts'
import { addDays } from '../kernel/business_day.ts'
import type { Lang } from '../kernel/failure.ts'
import { openSandboxSms, type SandboxSms, type TakenSms } from '../notices/sandbox_sms.ts'
import { PARTS } from '../parts.ts'
import { startPlatform } from '../server.ts'
import { openDatabase } from '../system/database.ts'
import { dataFolder, PACKAGE_ROOT } from '../system/paths.ts'
import { stopSignal } from '../system/stop_signals.ts'
import { toTerminal } from './command_app.ts'
import { demoCommand } from './demo.ts'

/**
 * `fzpay start [--port N] [--into FOLDER] [--once] [--tls]`, what `npm start` runs: the sample city day is reconciled; then the platform runs beside a sandbox of
 * all channels, a bill is played from its issue to its refund and a reconciliation day from its last payments to the close, and both stay up for whoever wants to try.
 * Ctrl-C ends it at any moment.
 */
export async function startCommand(args: readonly string[], lang: Lang): Promise<void> {
  const words = parseWords(args, { flags: ['once', 'tls'], single: ['port', 'into', 'lang'], many: [] })
  const once = words.flags.has('once')
  let over = false
  const say = (zh: string, en: string): void => {
    if (!over) process.stdout.write(`${lang === 'en' ? en : zh}\n`)
  }
  // Last opened, first closed. What is being opened when the story is broken off is waited for, and leads to nothing more.
  const closings: (() => Promise<unknown>)[] = []
  const open: Open = (opening, close) => {
    closings.unshift(() => opening.then(close, () => {}))
    return opening.then(opened => (over ? new Promise(() => {}) : opened))
  }
  const signal = stopSignal()
  const story = present(words, lang, say, open)
  let brokenOff = false
  try {
    const clock = await Promise.race([story, signal.then(() => null)])
    brokenOff = clock === null
    if (clock && !once) {
      const noMore = process.stdin.isTTY ? takeTimes(clock, say) : () => {}
      await signal
      noMore()
    }
    if (brokenOff || !once) say('正在停止……', 'Stopping …')
  } finally {
    over = true
    story.catch(() => {})
    for (const close of closings) await close()
  }
  // The story was in the middle of something that nobody waits for any more. An embedded server that is still open is then stopped behind us.
  if (brokenOff) process.exit(0)
}

/** Opens something that is closed at the end, whenever that is. */
type Open = <T>(opening: Promise<T>, close: (opened: T) => Promise<unknown>) => Promise<T>

/** The whole show; resolves when it is told and everything stays up. */
async function present(
  words: Words,
  lang: Lang,
  say: (zh: string, en: string) => void,
  open: Open,
): Promise<DemoClock> {
  const folder = words.values.get('into')?.[0] ?? join(PACKAGE_ROOT, 'out', 'demo')
  // The sample day and the platform use it one after the other: it is started once. What is broken off in the sample day must not find it stopped, and start it again.
  let sampling = false
  await open(openDatabase({ say: toTerminal(lang) }), async db => {
    if (!sampling) await db.close()
  })
  sampling = true
  await demoCommand(['--into', folder, '--lang', lang], lang).finally(() => (sampling = false))
  await mkdir(dataFolder(), { recursive: true })
  const clock = await openDemoClock(join(dataFolder(), 'demo-clock.json'))
  const { now } = clock
  // The story's evening needs an evening before it.
  if (now() >= atTime(dayOf(now()), '21:00:00')) await clock.moveTo(atTime(addDays(dayOf(now()), 1), '09:00:00'))
  const sandbox = await open(startSandbox({ folder: join(dataFolder(), 'sandbox'), now }), it => it.stop())
  // Codes of payers go to a phone that nobody has: the screen shows them.
  let playing = true
  const showCode = ({ phone, template, variables }: TakenSms): void => {
    if (template === CODE_TEMPLATE && !playing)
      say(`短信 → ${phone}：登录验证码 ${variables.code}`, `SMS → ${phone}: log-in code ${variables.code}`)
  }
  const sms = await open(openSandboxSms({ now, taken: showCode }), it => it.close())
  const starting = startPlatform({
    parts: PARTS,
    app: { now },
    // Time is moved by hours: what is due then is looked for soon.
    jobs: { soon: 2 },
    say: note => say(note.zh, note.en),
    port: portOf(words.values.get('port')?.[0] ?? process.env.FZPAY_PORT),
    tls: words.flags.has('tls'),
    config: {
      name: 'demo',
      folder: PACKAGE_ROOT,
      text: configuration(sandbox.accounts, sms),
    },
  })
  const platform = await open(starting, it => it.stop())
  const clerk = await demoKey(platform.app)
  const { app, url } = platform
  const run = now().getTime().toString(36).toUpperCase()
  // One of them holds a role at a merchant that the story registers.
  let made: Promise<readonly DemoPerson[]> | undefined
  const everybody = () => (made ??= demoPeople(app))
  // The sandbox and the story below run in this process and check certificates like everybody else.
  const { certificate } = platform
  if (certificate) setDefaultCACertificates([...getCACertificates('default'), certificate.pem])
  say('', '')
  say(
    `演示时间 ${localTime(now())}（只向前拨，下次启动接着走）`,
    `The demo’s clock: ${localTime(now())} (moved forward only; the next start goes on from it)`,
  )
  say(
    '缴费：一张账单的一生（沙箱渠道，真实协议，测试密钥）',
    'Paying: the life of a bill (sandbox channels, real protocols, test keys)',
  )
  say('─'.repeat(100), '─'.repeat(100))
  const told = await playPaying({
    url,
    clerk,
    finance: async () => logInOf(await everybody(), 'caiwu'),
    pay: paymentNo => sandbox.pay(paymentNo),
    loseNotices: paymentNo => sandbox.rules([{ on: 'notice', do: 'drop', no: paymentNo }]),
    run,
    tell: line => say(`  ${line.zh}`, `  ${line.en}`),
  })
  await sandbox.rules([])
  const receipt = join(folder, 'receipt.pdf')
  await writeFile(receipt, told.receipt)
  const here = relative(process.cwd(), receipt)
  await messagesSent(sms)
  const people = await everybody()
  const person = (login: string): Caller =>
    personOf(url, now, () => postJson(`${url}/api/session`, logInOf(people, login)))
  say(
    `  短信    ${sms.taken.length} 条已送达短信网关（沙箱）\n  凭证    ${here}（PDF，带校验码）`,
    `  SMS     ${sms.taken.length} messages reached the (sandbox) gateway\n  receipt ${here} (PDF with a verification code)`,
  )
  say('', '')
  say(
    '对账日：从账单到已对账（演示时间可向前拨）',
    'The reconciliation day: from statements to reconciled (the demo’s clock is moved forward)',
  )
  say('─'.repeat(100), '─'.repeat(100))
  const stage: DayStage = {
    ...{ url, lang, clock, sandbox, run, folder, say, voucher: told.receipt },
    clerk: programOf(url, clerk),
    cashier: person('chuna'),
    finance: person('caiwu'),
    finance2: person('caiwu2'),
    support: person('kefu'),
    auditor: person('shenji'),
    supervisor: person('zhuguan'),
    payer: personOf(url, now, () => payerEnters(url, sms)),
  }
  await playDay(stage)
  if (words.flags.has('once')) return clock
  await leaveMorning(stage)
  const { cashier, finance, finance2, support, auditor, supervisor, payer } = stage
  for (const each of [cashier, finance, finance2, support, auditor, supervisor, payer]) await each.leave()
  playing = false
  const pages = pagesOf(platform.url)
  say(
    `
网页：      ${pages}        接口说明 ${platform.url}/api/docs
渠道沙箱：  ${sandbox.url}        收银台：扫码地址可在浏览器打开，点“支付成功 / 失败 / 取消”
演示登录（打开链接即已填好；密码每次启动重新生成）：
${people.map(({ role, login, password, scope }) => `  ${padded(role.zh, 10)}${padded(login, 10)}${pages}#login=${login}&password=${password}  ${scope.zh}`).join('\n')}
  ${padded('缴费人', 20)}${pages}#phone=${PAYER_PHONE}  验证码显示在此屏幕
服务密钥：  ${clerk}
试一试：    curl -H 'authorization: Bearer ${clerk}' ${platform.url}/api/records
演示时间：  ${localTime(now())}，从现在起照常走动；输入时刻（如 10:00）回车，拨到下一个该时刻
按 Ctrl-C 停止`,
    `
Pages:                   ${pages}        API reference ${platform.url}/api/docs
Channel sandbox:         ${sandbox.url}        open a code's address in a browser to pay, fail or cancel
Demo log-ins (a link has them filled in; passwords are made anew at each start):
${people.map(({ role, login, password, scope }) => `  ${padded(role.en, 20)}${padded(login, 10)}${pages}#login=${login}&password=${password}  ${scope.en}`).join('\n')}
  ${padded('Payer', 30)}${pages}#phone=${PAYER_PHONE}  the code appears on this screen
Service key:             ${clerk}
Try:                     curl -H 'authorization: Bearer ${clerk}' ${platform.url}/api/records
The demo’s clock:        ${localTime(now())}, going on from here; type a time of day (10:00) to move it to the next one
Ctrl-C stops`,
  )
  return clock
}

const CODE_TEMPLATE = 'SMS_5'

const configuration = (channels: readonly unknown[], sms: SandboxSms): string =>
  JSON.stringify({
    server: { log_level: 'error' },
    channels,
    receipts: { keys: [randomBytes(32).toString('hex')] },
    sms: {
      endpoint: sms.url,
      access_key_id: sms.key.id,
      access_key_secret: sms.key.secret,
      sign_name: '抚州缴费',
      templates: {
        payment_succeeded: 'SMS_1',
        payment_surplus: 'SMS_2',
        refund_made: 'SMS_3',
        bill_issued: 'SMS_4',
        log_in_code: CODE_TEMPLATE,
        appeal_received: 'SMS_6',
        appeal_answered: 'SMS_7',
        appeal_settled: 'SMS_8',
      },
    },
  })

/** By the name localhost, as browsers make passkeys for no IP address. */
const pagesOf = (url: string): string => `${url.replace('127.0.0.1', 'localhost')}/app/`

const logInOf = (people: readonly DemoPerson[], login: string): { login: string; password: string } => {
  const { password = '' } = people.find(person => person.login === login) ?? {}
  return { login, password }
}

/** The payer asks for a code, and types what came. */
async function payerEnters(url: string, sms: SandboxSms): Promise<Response> {
  const before = sms.taken.length
  const asked = await postJson(`${url}/api/session/code/ask`, { phone: PAYER_PHONE })
  const { challenge_id } = (await asked.json()) as { challenge_id?: string }
  if (challenge_id === undefined) return asked
  for (let tries = 0; tries < 100; tries++) {
    const came = sms.taken.slice(before).findLast(({ template }) => template === CODE_TEMPLATE)
    if (came)
      return await postJson(`${url}/api/session/code`, { challenge_id, phone: PAYER_PHONE, code: came.variables.code })
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('the log-in code never came')
}

/** The outbox is looked at every two seconds. */
async function messagesSent(sms: SandboxSms): Promise<void> {
  for (let tries = 0; tries < 50 && sms.taken.length < 5; tries++)
    await new Promise(resolve => setTimeout(resolve, 100))
}
