import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { addDays } from '../../kernel/business_day.ts'
import { type Answer, until } from './caller.ts'
import type { Evening } from './evening.ts'
import { daysOf, showBoard } from './morning.ts'
import { atTime, CHANNELS, type DayStage, goTo, type Ids, labelled, table } from './stage.ts'

/** T+1 10:00: the days close by themselves, with their proof. */
export async function playClose(stage: DayStage, { day }: Evening): Promise<void> {
  const { lang, say } = stage
  await goTo(stage, atTime(addDays(day, 1), '10:00:01'))
  const days = await until(
    'the close',
    () => daysOf(stage, day),
    each => each.every((one: Answer) => one.state === 'closed'),
  )
  for (const { channel, proof, self_check: check } of days)
    if (!proof.ok || !check.ok) throw new Error(`${channel} ${day} was closed without its proof`)
  const sampled = days.reduce((sum: number, each: Answer) => sum + each.self_check.sampled, 0)
  say(
    labelled('关账', `${day} 各渠道自动关账；自查：引擎独立重算 ${sampled} 对，全部一致`),
    labelled('close', `${day} closed by itself; the engine alone decided ${sampled} pairs again and agrees`),
  )
  showBoard(stage, days)
  const wechat = days.find((each: Answer) => each.channel === 'wechat')
  const [proof] = wechat.proof.currencies
  say(
    labelled('平衡', `${CHANNELS.wechat?.zh} ${day}（${proof.currency}）`),
    labelled('proof', `${CHANNELS.wechat?.en} ${day} (${proof.currency})`),
  )
  const rows = [
    [lang === 'zh' ? '平台净额' : 'Ours', '', proof.ours],
    ...proof.steps.map((step: Answer) => [`${step[lang]}`, String(step.rows), signed(step.amount)]),
    [lang === 'zh' ? '渠道净额' : 'Theirs', '', proof.theirs],
    [lang === 'zh' ? '差额' : 'Rest', '', proof.rest],
  ]
  const titles = lang === 'zh' ? ['项目', '>笔数', '>金额'] : ['', '>Rows', '>Amount']
  for (const line of table(titles, rows)) say(line, line)
}

const signed = (amount: string): string => (amount.startsWith('-') ? amount : `+${amount}`)

/** 已对账, as the payer's page and the clerk's list show it. */
export async function showRecords({ clerk, say }: DayStage): Promise<void> {
  const { records } = await clerk.get('/api/records?account_no=10086001&limit=20')
  const done = records.filter((each: Answer) => each.reconciled).length
  say(
    labelled('记录', `该户最近 ${records.length} 笔缴费中 ${done} 笔已对账`),
    labelled('records', `${done} of the newest ${records.length} payments of the account are reconciled`),
  )
}

/** What is kept on paper: the daily report, the anomalies, and the root of the operation log. */
export async function playReports(stage: DayStage, { day }: Evening, id: Ids): Promise<void> {
  const { finance, auditor, folder, lang, say } = stage
  await mkdir(folder, { recursive: true })
  const wanted = [
    { file: `daily-${day}.xlsx`, ask: { format: 'xlsx', daily: { date: day, matches: true } } },
    { file: `daily-${day}.pdf`, ask: { format: 'pdf', daily: { date: day } } },
    {
      file: `anomalies-${day}.xlsx`,
      ask: {
        format: 'xlsx',
        template: { template_id: 'standard.anomalies', filters: { date: { from: day, to: addDays(day, 1) } } },
      },
    },
  ]
  const exports = await Promise.all(
    wanted.map(async ({ file, ask }) => ({
      file,
      made: await finance.post('/api/reports/exports', { id: id(), lang, ...ask }),
    })),
  )
  const written: string[] = []
  for (const { file, made } of exports) {
    const path = `/api/reports/exports/${made.export_id}`
    const ready = await until(
      file,
      () => finance.get(path),
      each => each.state !== 'waiting' && each.state !== 'running',
    )
    if (ready.state !== 'ready') throw new Error(`${file} is ${ready.state}: ${JSON.stringify(ready.failure)}`)
    written.push(await keep(folder, file, await finance.download(`${path}/file`)))
  }
  const root = await auditor.post('/api/operation-log/roots', {})
  written.push(await keep(folder, `operation-log-root-${day}.json`, Buffer.from(`${JSON.stringify(root, null, 2)}\n`)))
  say(
    labelled('报表', '对账日报、异常交易专项报告、操作日志根已写入：'),
    labelled('reports', 'the daily report, the anomalies and the root of the operation log:'),
  )
  for (const path of written) say(labelled('', path), labelled('', path))
}

async function keep(folder: string, file: string, content: Buffer): Promise<string> {
  const path = join(folder, file)
  await writeFile(path, content)
  return relative(process.cwd(), path)
}
