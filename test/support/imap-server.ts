import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { type ByToken, tokenSession, waysOf } from './imap-token.ts'
import { listenAt } from './pipes.ts'

export type StoredMail = { readonly uid: number; raw: string; readonly flags: Set<string>; readonly arrivedAt: Date }

export type ImapServer = {
  readonly port: number
  readonly mails: StoredMail[]
  /** Every command line without its tag, passwords included: this is a test. */
  readonly commands: string[]
  deliver(raw: string, arrivedAt?: Date): void
  /** The next command that contains the text is answered by hanging up. */
  hangUpAt(text: string): void
}

const user = 'hub@mail.example'
const password = 'app password'
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * A mailbox behind IMAP4rev1 (RFC 3501), as much of it as a client needs to look for mails, fetch and mark them: LOGIN,
 * SELECT, UID SEARCH, UID FETCH and UID STORE. Lets in `hub@mail.example` with `app password`, and has the folder INBOX. With `byToken`
 * it is like Exchange Online: it lets in nobody by password, and an application by AUTHENTICATE XOAUTH2.
 */
export async function startImap(
  pair: { readonly key: string; readonly cert: string },
  options: { readonly keepsKeywords?: boolean; readonly byToken?: ByToken } = {},
): Promise<ImapServer> {
  const mails: StoredMail[] = []
  const commands: string[] = []
  let hangUp: string | null = null
  const keeps = options.keepsKeywords !== false ? ' \\*' : ''
  const { byToken } = options
  const ways = waysOf(byToken)

  function serve(socket: Socket): void {
    let text = ''
    let literal: { readonly head: string; readonly length: number } | null = null
    const session = byToken === undefined ? null : tokenSession(socket, user, byToken, commands)
    socket.on('error', () => undefined)
    socket.setEncoding('utf8')
    socket.write(`* OK [CAPABILITY IMAP4rev1${ways}] ready\r\n`)
    socket.on('data', (chunk) => {
      text += String(chunk)
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        if (literal !== null && text.length < literal.length) return
        const from = literal === null ? 0 : literal.length
        const stop = text.indexOf('\r\n', from)
        if (stop < 0) return
        const line: string =
          (literal === null ? '' : `${literal.head}"${text.slice(0, from)}"`) + text.slice(from, stop)
        text = text.slice(stop + 2)
        literal = null
        const wanted = /\{(\d+)\}$/.exec(line)
        if (wanted !== null) {
          literal = { head: line.slice(0, wanted.index), length: Number(wanted[1]) }
          socket.write('+ go on\r\n')
          continue
        }
        if (session?.takes(line) !== true) answer(socket, line)
      }
    })
  }

  function answer(socket: Socket, line: string): void {
    const space = line.indexOf(' ')
    const tag = line.slice(0, space)
    const command = line.slice(space + 1)
    commands.push(command)
    if (hangUp !== null && command.includes(hangUp)) {
      hangUp = null
      socket.destroy()
      return
    }
    const [untagged, result] = perform(command)
    socket.write(`${untagged.map((reply) => `* ${reply}\r\n`).join('')}${tag} ${result}\r\n`)
    if (command === 'LOGOUT') socket.end()
  }

  function perform(command: string): readonly [readonly string[], string] {
    const name = command.toUpperCase()
    if (name === 'CAPABILITY') return [[`CAPABILITY IMAP4rev1${ways}`], 'OK done']
    if (name.startsWith('LOGIN ')) {
      if (byToken !== undefined) return [[], 'NO LOGIN failed.']
      const isRight = command.includes(`"${user}"`) && command.includes(`"${password}"`)
      return [[], isRight ? 'OK done' : 'NO [AUTHENTICATIONFAILED] wrong']
    }
    if (name.startsWith('LIST ') || name.startsWith('LSUB ')) return [['LIST (\\HasNoChildren) "/" "INBOX"'], 'OK done']
    if (name.startsWith('SELECT ') || name.startsWith('EXAMINE ')) {
      if (!/ "?INBOX"?$/.test(name)) return [[], 'NO [NONEXISTENT] no such folder']
      const flags = '\\Answered \\Flagged \\Deleted \\Seen \\Draft'
      const facts = [
        `FLAGS (${flags})`,
        `OK [PERMANENTFLAGS (${flags}${keeps})] kept`,
        `${mails.length} EXISTS`,
        '0 RECENT',
      ]
      return [[...facts, 'OK [UIDVALIDITY 1] valid', `OK [UIDNEXT ${mails.length + 1}] next`], 'OK [READ-WRITE] done']
    }
    if (name.startsWith('UID SEARCH ')) return [[`SEARCH ${search(command).join(' ')}`.trim()], 'OK done']
    if (name.startsWith('UID FETCH ')) return [fetch(command), 'OK done']
    if (name.startsWith('UID STORE ')) return [store(command), 'OK done']
    if (name === 'NOOP' || name === 'LOGOUT' || name === 'CLOSE') return [name === 'LOGOUT' ? ['BYE'] : [], 'OK done']
    return [[], 'BAD unknown']
  }

  function search(command: string): number[] {
    const [, day, month, year] = /SINCE (\d+)-(\w+)-(\d+)/i.exec(command) ?? []
    const since = day === undefined ? 0 : Date.UTC(Number(year), months.indexOf(month ?? ''), Number(day))
    const without = /UNKEYWORD "?([^\s")]+)/i.exec(command)?.[1] ?? (/UNSEEN/i.test(command) ? '\\Seen' : null)
    return mails
      .filter(({ arrivedAt }) => arrivedAt.getTime() >= since)
      .filter(({ flags }) => without === null || !flags.has(without))
      .map(({ uid }) => uid)
  }

  function fetch(command: string): string[] {
    const mail = mails.find(({ uid }) => uid === Number(/UID FETCH (\d+)/i.exec(command)?.[1]))
    if (mail === undefined) return []
    const [, start = '0', length] = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/i.exec(command) ?? []
    const all = Buffer.from(mail.raw)
    const part = length === undefined ? all : all.subarray(Number(start), Number(start) + Number(length))
    const place = length === undefined ? '' : `<${start}>`
    const facts = `UID ${mail.uid} RFC822.SIZE ${all.length} BODY[]${place} {${part.length}}`
    return [`${mails.indexOf(mail) + 1} FETCH (${facts}\r\n${part.toString('utf8')})`]
  }

  function store(command: string): string[] {
    const [, uid, flag = ''] = /UID STORE (\d+) \+FLAGS(?:\.SILENT)? \(([^)]*)\)/i.exec(command) ?? []
    mails.find((mail) => mail.uid === Number(uid))?.flags.add(flag)
    return []
  }

  const { port, stop } = await listenAt(createServer({ key: pair.key, cert: pair.cert }, serve))
  onTestFinished(stop)
  return {
    port,
    mails,
    commands,
    deliver: (raw, arrivedAt = new Date()) => {
      mails.push({ uid: mails.length + 1, raw, flags: new Set(), arrivedAt })
    },
    hangUpAt: (text) => {
      hangUp = text
    },
  }
}
