import { createHash } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { Failure } from '../kernel/failure.ts'
import type { Claimed, Outcome } from './message.ts'
import type { Sender } from './sender.ts'
import type { MailSettings } from './settings.ts'
import { mailText } from './templates.ts'

/**
 * Mail by SMTP. nodemailer's connection is driven step by step instead of through its transport, because the step tells what
 * a failure means: until DATA begins nothing can have been sent; a reply of the server is its word; a connection that breaks
 * after that leaves it open, and nobody can be asked. Such a mail is not sent again.
 */
const IDLE_MS = 2_000
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/

type Problem = Error & { readonly code?: string; readonly responseCode?: number; readonly response?: string }
type Kept = { readonly connection: SMTPConnection; readonly since: number }

/** Throws Failure mail_unencrypted: without TLS only a relay on this machine is possible. */
export function mailSender(settings: MailSettings): Sender {
  if (settings.tls === 'none' && !LOOPBACK.test(settings.host)) throw unencrypted(settings.host)
  const timeoutMs = settings.timeout_seconds * 1000
  const idle: Kept[] = []

  const opened = async (): Promise<SMTPConnection> => {
    for (;;) {
      const kept = idle.pop()
      if (!kept) return await connect(settings, timeoutMs)
      // An older one may be closed by the server at any moment, and a mail lost in it would stay unknown.
      if (performance.now() - kept.since < IDLE_MS) return kept.connection
      kept.connection.close()
    }
  }

  return {
    lanes: settings.lanes,
    timeoutMs,
    ask: null,
    async send(message) {
      let connection: SMTPConnection
      try {
        connection = await opened()
      } catch (error) {
        return { state: 'refused', reason: reasonOf(error as Problem), again: true }
      }
      try {
        const raw = await composed(message, settings)
        const { response } = await handOver(connection, settings.from, message.recipient, raw, timeoutMs)
        idle.push({ connection, since: performance.now() })
        return { state: 'sent', ref: response.slice(0, 200) }
      } catch (error) {
        connection.close()
        return outcomeOf(error as Problem)
      }
    },
    async close() {
      for (const { connection } of idle.splice(0)) connection.quit()
    },
  }
}

async function connect(settings: MailSettings, timeoutMs: number): Promise<SMTPConnection> {
  const { host, port, tls, user, password } = settings
  const connection = new SMTPConnection({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  })
  await new Promise<void>((resolve, reject) => {
    connection.once('error', reject)
    connection.connect(error => (error ? reject(error) : resolve()))
  })
  // Whoever uses it hears of errors by his own call; one that nobody hears would end the process.
  connection.removeAllListeners('error')
  connection.on('error', () => {})
  if (user === undefined) return connection
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject)
      connection.login({ user, pass: password ?? '', credentials: { user, pass: password ?? '' } } as never, error =>
        error ? reject(error) : resolve(),
      )
    })
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

function handOver(
  connection: SMTPConnection,
  from: string,
  to: string,
  raw: Buffer,
  timeoutMs: number,
): Promise<{ response: string }> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('time-out')), timeoutMs * 2)
    const end =
      <T>(act: (value: T) => void) =>
      (value: T) => {
        clearTimeout(late)
        act(value)
      }
    connection.once('error', end(reject))
    connection.once('end', () => end(reject)(new Error('the connection was closed')))
    connection.send({ from, to: [to] }, raw, (error, info) =>
      error ? end(reject)(error) : end(resolve)({ response: String(info?.response ?? '') }),
    )
  })
}

function composed(message: Claimed, { from, from_name }: MailSettings): Promise<Buffer> {
  const { subject, text } = mailText(message)
  const composer = new MailComposer({
    from: { name: from_name, address: from },
    to: { name: '', address: message.recipient },
    subject,
    text,
    messageId: messageId(message.key, from),
    date: message.handedAt,
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
  return new Promise((resolve, reject) => {
    composer.compile().build((error, raw) => (error ? reject(error) : resolve(raw)))
  })
}

/** The same message has the same id, however often it is composed: a mailbox shows it once. */
export const messageId = (key: string, from: string): string =>
  `<${createHash('sm3').update(key).digest('hex').slice(0, 40)}@${from.slice(from.lastIndexOf('@') + 1)}>`

/** A reply of the server is its word: 5xx for good, 4xx for now. Anything else happened on the way. */
function outcomeOf(problem: Problem): Outcome {
  const { responseCode, code } = problem
  const reason = reasonOf(problem)
  if (responseCode !== undefined && responseCode >= 400) return { state: 'refused', reason, again: responseCode < 500 }
  if (code === 'EENVELOPE') return { state: 'refused', reason, again: false }
  return { state: 'unknown', reason }
}

const reasonOf = ({ message, code, response }: Problem): string =>
  [code, response ?? message].filter(Boolean).join(': ').slice(0, 300)

const unencrypted = (host: string): Failure =>
  new Failure(
    'mail_unencrypted',
    {
      zh: `邮件服务器 ${host} 不在本机，mail.tls 不能为 none：请改为 implicit 或 starttls`,
      en: `The mail server ${host} is not this machine, so mail.tls cannot be none: use implicit or starttls`,
    },
    { host },
  )
