import type { Socket } from 'node:net'

/** How a mailbox takes tokens of an application, as Exchange Online does ("Authenticate an IMAP ... connection using OAuth"). */
export type ByToken = {
  /** Whether this token lets in. */
  takes(token: string): boolean
  /** Default XOAUTH2; empty: the server offers none. */
  readonly way?: 'XOAUTH2' | ''
  /** Says why before it refuses (RFC 7628 3.2.3); Exchange Online refuses at once. */
  readonly tellsWhy?: boolean
  /** Without SASL-IR (RFC 4959): the token comes in a line of its own. */
  readonly asksFirst?: boolean
  /** False: lets the application in, but not to the mailbox; says so once and hangs up at the second command. */
  readonly isConnected?: () => boolean
}

type TokenSession = {
  /** Answers the line when it is about signing in; false: it is for the mailbox. */
  takes(line: string): boolean
}

/** What the server says of it among its capabilities. */
export function waysOf(byToken: ByToken | undefined): string {
  if (byToken === undefined || byToken.way === '') return ''
  return ` AUTH=XOAUTH2${byToken.asksFirst === true ? '' : ' SASL-IR'} ID NAMESPACE`
}

/** The signing in of one connection. */
export function tokenSession(socket: Socket, user: string, byToken: ByToken, commands: string[]): TokenSession {
  let next: ((line: string) => void) | null = null
  let isShut = false
  let refusals = 0
  const say = (line: string): void => void socket.write(`${line}\r\n`)

  function judge(tag: string, payload: string): void {
    const [name, bearer, ...end] = Buffer.from(payload, 'base64').toString('utf8').split('\x01')
    const token = /^auth=Bearer (.+)$/.exec(bearer ?? '')?.[1] ?? ''
    const isGood = name === `user=${user}` && end.join() === ',' && byToken.takes(token)
    const refuse = (): void => say(`${tag} NO AUTHENTICATE failed.`)
    if (isGood) {
      isShut = byToken.isConnected?.() === false
      say(`${tag} OK AUTHENTICATE completed.`)
    } else if (byToken.tellsWhy === true) {
      next = refuse
      say(`+ ${Buffer.from('{"status":"401","schemes":"bearer"}').toString('base64')}`)
    } else refuse()
  }

  return {
    takes(line) {
      if (next !== null) {
        const take = next
        next = null
        take(line)
        return true
      }
      const [tag = '', name = '', way, payload] = line.split(' ')
      if (name.toUpperCase() === 'AUTHENTICATE' && way === 'XOAUTH2') {
        commands.push(line.slice(tag.length + 1))
        if (payload !== undefined) judge(tag, payload)
        else {
          say('+ ')
          next = (answer) => judge(tag, answer)
        }
        return true
      }
      if (!isShut || name === 'CAPABILITY') return false
      commands.push(line.slice(tag.length + 1))
      say(`${tag} BAD User is authenticated but not connected.`)
      refusals += 1
      if (refusals > 1) socket.end('* BYE Connection closed. 14\r\n')
      return true
    },
  }
}
