import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

/** What an SMTP server does with a mail. */
export type SmtpMood =
  | 'ok'
  | 'no_such_box'
  | 'busy'
  | 'refuse_content'
  | 'take_and_cut'
  | 'take_and_hang'
  | 'cut_at_start'

export type TestSmtp = {
  readonly port: number
  readonly taken: readonly { readonly from: string; readonly to: string; readonly raw: string }[]
  close(): Promise<void>
}

/** A mail server for tests, without TLS; `mood` of the n-th connection's mails. */
export async function openTestSmtp(mood: (n: number) => SmtpMood = () => 'ok'): Promise<TestSmtp> {
  const taken: { from: string; to: string; raw: string }[] = []
  const sockets = new Set<Socket>()
  let mails = 0
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const say = (line: string) => socket.write(`${line}\r\n`)
    let text = ''
    let data = false
    let how: SmtpMood = 'ok'
    let from = ''
    let to = ''
    say('220 test ESMTP')
    socket.on('data', piece => {
      text += piece.toString('utf8')
      for (;;) {
        const end = text.indexOf(data ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const line = text.slice(0, end)
        text = text.slice(end + (data ? 5 : 2))
        if (data) {
          data = false
          if (how === 'refuse_content') {
            say('554 5.7.1 refused')
            continue
          }
          taken.push({ from, to, raw: line })
          if (how === 'take_and_cut') return void socket.destroy()
          if (how === 'take_and_hang') return
          say(`250 2.0.0 queued as ${taken.length}`)
        } else if (/^EHLO/i.test(line)) say('250 test')
        else if (/^MAIL FROM/i.test(line)) {
          how = mood(mails++)
          if (how === 'cut_at_start') return void socket.destroy()
          from = /<(.*?)>/.exec(line)?.[1] ?? ''
          say('250 ok')
        } else if (/^RCPT TO/i.test(line)) {
          to = /<(.*?)>/.exec(line)?.[1] ?? ''
          say(how === 'no_such_box' ? '550 5.1.1 no such box' : how === 'busy' ? '450 4.2.1 busy' : '250 ok')
        } else if (/^DATA/i.test(line)) {
          data = true
          say('354 go on')
        } else if (/^QUIT/i.test(line)) {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
