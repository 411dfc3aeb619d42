import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { Failure } from '../../kernel/failure.ts'
import { formatMinor } from '../../kernel/money.ts'
import type { ChannelAccount } from '../accounts.ts'
import type { ChannelName } from '../channel.ts'
import { channelAccounts } from './accounts.ts'
import { BankFolder, bankRows } from './bank.ts'
import { Book, type Event, type Gateway } from './book.ts'
import * as controls from './control.ts'
import type { Desk } from './desk.ts'
import { Faults, type Rule, readRules } from './faults.ts'
import { Journal } from './journal.ts'
import { keysOf } from './keys.ts'
import { Notifier } from './notifier.ts'
import { findOrder, pay } from './payer.ts'
import { listen } from './server.ts'
import { type Planned, SignedAhead } from './signed_ahead.ts'
import { type Made, statement } from './statements.ts'

/** How long WeChat and UnionPay work on a refund. */
const REFUND_MS = 1_000
/** How often the bank's folder is looked after: a new day, a statement that became due. */
const BANK_MS = 30_000
/** 分 in the merchant's account with each channel at the beginning. */
const OPENING_BALANCE = 1_000_000_00

export type SandboxOptions = {
  /** Keys, journal, the bank's files and the platform's configuration; made where it is missing. */
  readonly folder: string
  /** 0 (default): any free one. */
  readonly port?: number | undefined
  readonly now?: () => Date
  /** How many times faster than published notices are repeated and refunds worked on. */
  readonly speed?: number | undefined
  /** Of the rules with a probability. */
  readonly seed?: number | undefined
}

export type Sandbox = {
  readonly url: string
  /** The section `channels` of the platform's configuration. */
  readonly accounts: readonly ChannelAccount[]
  /** The same as a file the platform starts with. */
  readonly configFile: string
  readonly book: Book
  /** The payer scans and pays; `amount` in fen. Throws a Failure. */
  pay(paymentNo: string, more?: { readonly payer?: string; readonly amount?: number }): Promise<void>
  /** Signs the notices of payments that are going to be made in full at given moments; `pay` then makes them as of those. Throws a Failure. */
  signAhead(plans: readonly Planned[]): Promise<void>
  /** Tells of everything that is written into the book from now on. */
  watch(heard: (event: Event) => void): void
  /** A transfer reaches (negative: leaves) the bank account; `amount` in fen. */
  transfer(ask: { readonly reference: string; readonly amount: number; readonly payer?: string }): Promise<void>
  /** Replaces all rules of misbehaviour. Throws a Failure `sandbox_rule_invalid`. */
  rules(rules: readonly Rule[]): Promise<void>
  /** Makes a day's statement ready before its time: with what moved until now. */
  publish(channel: ChannelName, day: string): Promise<void>
  restate(ask: controls.RestateAsk): Promise<void>
  statement(channel: Gateway, day: string, kind?: 'trade' | 'funds'): Made
  bankDay(day: string): ReturnType<typeof bankRows>
  stop(): Promise<void>
}

/**
 * The channels' side, simulated on loopback: speaks the protocols of WeChat Pay, Alipay, UnionPay and a bank with test keys. Its
 * book survives `kill -9`. Throws a Failure: sandbox_folder_in_use, sandbox_port_taken, sandbox_journal_damaged, sandbox_keys_damaged.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port = 0, now = () => new Date(), speed = 1, seed = 1 } = options
  const folder = resolve(options.folder)
  await mkdir(folder, { recursive: true })
  const release = await occupy(join(folder, 'in-use'))
  try {
    return await begin({ folder, port, now, speed, seed, release })
  } catch (error) {
    await release()
    throw error
  }
}

type Beginning = Required<Omit<SandboxOptions, 'port' | 'speed' | 'seed'>> & {
  readonly port: number
  readonly speed: number
  readonly seed: number
  readonly release: () => Promise<void>
}

async function begin({ folder, port, now, speed, seed, release }: Beginning): Promise<Sandbox> {
  const book = new Book(OPENING_BALANCE)
  const faults = new Faults(seed)
  const keys = await keysOf(folder)
  const journal = await Journal.open(join(folder, 'journal.jsonl'), event => book.apply(event as Event))
  faults.set(readRules(book.rules))
  const timers = new Set<NodeJS.Timeout>()
  const watchers: ((event: Event) => void)[] = []
  const signedAhead = new SignedAhead()
  const record = (event: Event): void => {
    book.apply(event)
    journal.append(event)
    if (event.t === 'rules') faults.set(readRules(event.rules))
    follow(event)
    for (const heard of watchers) heard(event)
  }
  let desk: Desk | null = null
  const { url, close } = await listen(port, () => desk as Desk).catch(async error => {
    await journal.close()
    throw error
  })
  desk = { book, faults, keys, journal, signedAhead, now: () => now().getTime(), url, speed, record }
  const open: Desk = desk
  const notifier = new Notifier(open)
  const bankFolder = join(folder, 'bank')
  const bank = new BankFolder(open, bankFolder)
  const finish = (channel: Gateway, no: string): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (book.refund(channel, no)?.doneAt === null) record({ t: 'refunded', channel, no, at: open.now() })
    }, REFUND_MS / speed)
    timers.add(timer)
  }
  /** What an event sets going. */
  function follow(event: Event): void {
    if (event.t === 'paid' || event.t === 'refunded') {
      const waiting = book.waiting.get(`${event.t === 'paid' ? 'payment' : 'refund'}/${event.channel}/${event.no}`)
      if (waiting) notifier.take(waiting)
    } else if (event.t === 'refund' && event.refund.channel !== 'alipay') finish(event.refund.channel, event.refund.no)
    else if (['transfer', 'published', 'restated', 'rules'].includes(event.t)) void bank.write()
  }
  const accounts = channelAccounts(keys, url, bankFolder)
  const configFile = join(folder, 'fzpay.yaml')
  await writeFile(configFile, CONFIG_HEAD + stringify({ channels: accounts }), { mode: 0o600 })
  await bank.write()
  const bankTimer = setInterval(() => void bank.write(), BANK_MS)
  for (const refund of book.refunds.values()) if (refund.doneAt === null) finish(refund.channel, refund.no)
  notifier.resume()
  /** Done, and on the disk. */
  const kept = async (): Promise<void> => {
    await journal.settled()
    await bank.write()
  }
  return {
    ...{ url, accounts, configFile, book },
    pay: async (paymentNo, more = {}) => {
      pay(open, findOrder(open, { paymentNo }), more.payer, more.amount)
      await journal.settled()
    },
    signAhead: plans =>
      signedAhead.sign(
        open,
        plans.map(({ paymentNo, at }) => ({ order: findOrder(open, { paymentNo }), at })),
      ),
    watch: heard => void watchers.push(heard),
    transfer: async ({ reference, amount, payer }) => {
      controls.transferred(open, { reference, amount: formatMinor(amount, 'CNY'), ...(payer ? { payer } : {}) })
      await kept()
    },
    rules: async rules => {
      controls.setRules(open, rules)
      await kept()
    },
    publish: async (channel, day) => {
      controls.publish(open, { channel, day })
      await kept()
    },
    restate: async ask => {
      controls.restate(open, ask)
      await kept()
    },
    statement: (channel, day, kind = 'trade') => statement(open, channel, day, kind),
    bankDay: day => bankRows(open, day),
    stop: async () => {
      clearInterval(bankTimer)
      for (const timer of timers) clearTimeout(timer)
      await notifier.stop()
      await close()
      await bank.write()
      await journal.close()
      await release()
    },
  }
}

const CONFIG_HEAD = `# 沙箱渠道：测试密钥，不动真钱。平台启动时用 FZPAY_CONFIG 指向本文件，或把 channels 一节并入自己的配置。
# The sandbox's channels, with test keys: start the platform with FZPAY_CONFIG set to this file.
`

/** One sandbox per folder. A mark left by a killed process is taken over. */
async function occupy(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 2; attempt++)
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = Number(await readFile(path, 'utf8').catch(() => ''))
      if (isRunning(pid)) throw inUse(path, pid)
      await rm(path, { force: true })
    }
  throw inUse(path, 0)
}

function isRunning(pid: number): boolean {
  try {
    if (pid > 0) process.kill(pid, 0)
    return pid > 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const inUse = (path: string, pid: number): Failure =>
  new Failure(
    'sandbox_folder_in_use',
    {
      zh: `沙箱数据目录正在使用（进程 ${pid}）：停掉它、换一个 --data，或确认没有进程后删除 ${path}`,
      en: `the sandbox's data folder is in use (process ${pid}): stop it, take another --data, or delete ${path} when nobody runs`,
    },
    { file: path, pid },
  )
