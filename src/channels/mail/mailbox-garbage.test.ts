import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { channelSink } from '../../../test/support/channel-sink.ts'
import { mailboxSettings, noTokens } from '../../../test/support/mailbox-sign-in.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { startTcp } from '../../../test/support/servers.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemIds } from '../../lib/ids.ts'
import { defaultMailPatterns } from '../mail-patterns.ts'
import { MailboxError } from '../mailbox.ts'
import { pollMailbox } from './poll-mailbox.ts'

/** A mail server that answers anything: a look ends soon with a failure that says so, or with the mails that were there. */

vi.setConfig({ testTimeout: 60_000 })

const mib = 1024 * 1024
/** A look may take so long here, in ms; in earnest it is minutes. */
const mostMs = 500

/** What a server says to each command; null hangs up. `tag` stands for the tag of the command. */
type Script = (command: string, n: number, socket: Socket) => string | Buffer | null

const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

async function pollAgainst(
  script: Script,
  {
    greeting = '* OK [CAPABILITY IMAP4rev1] ready\r\n',
    most = mostMs,
  }: { greeting?: string | Buffer; most?: number } = {},
) {
  const { port } = await startTcp((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let text = ''
    let n = 0
    socket.write(greeting)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const [tag = '', ...words] = text.slice(0, end).split(' ')
        text = text.slice(end + 2)
        const answer = script(words.join(' '), n, socket)
        n += 1
        if (answer === null) socket.destroy()
        else socket.write(typeof answer === 'string' ? answer.replaceAll('tag', tag) : answer)
      }
    })
  })
  const sink = channelSink()
  const begun = performance.now()
  const look = pollMailbox(
    { take: sink.take, log: recordingLog(), clock: systemClock, ids: systemIds, tokens: noTokens, mostMs: most },
    mailboxSettings({
      ...{ host: '127.0.0.1', port, encryption: 'none', messageBytes: mib },
      ...{ allowSenders: ['@vendor.example'], patterns: defaultMailPatterns },
    }),
    new AbortController().signal,
  )
  const result = await look.catch((error: unknown) => error)
  return { result, ms: performance.now() - begun, messages: sink.messages }
}

/** A server that does as it should, with one mail; what it says to a command that begins so is replaced. */
function goodBut(begins: string, instead: Script): Script {
  const mail = 'From: n@vendor.example\r\nSubject: Office 365: malware\r\n\r\nFound.\r\n'
  return (command, n, socket) => {
    if (command.startsWith(begins)) return instead(command, n, socket)
    if (command.startsWith('SELECT')) {
      return '* 1 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] kept\r\n* OK [UIDVALIDITY 1] valid\r\ntag OK [READ-WRITE] done\r\n'
    }
    if (command.startsWith('UID SEARCH')) return '* SEARCH 1\r\ntag OK done\r\n'
    if (command.startsWith('UID FETCH')) {
      return `* 1 FETCH (UID 1 RFC822.SIZE ${mail.length} BODY[]<0> {${mail.length}}\r\n${mail})\r\ntag OK done\r\n`
    }
    if (command.startsWith('CAPABILITY')) return '* CAPABILITY IMAP4rev1\r\ntag OK done\r\n'
    if (command.startsWith('LIST')) return '* LIST () "/" "INBOX"\r\ntag OK done\r\n'
    return 'tag OK done\r\n'
  }
}

const isClear = (result: unknown) =>
  result instanceof MailboxError && /does not answer as it should|no folder|does not let/.test(result.message)

describe('a mail server that talks nonsense', () => {
  it('is told from one that does as it should', async () => {
    const { result, messages } = await pollAgainst(
      goodBut('nothing', () => null),
      { most: 20_000 },
    )
    expect(result).toEqual({ taken: 1, hasMore: false })
    expect(messages).toHaveLength(1)
  })

  it.each<[string, string | Buffer]>([
    ['random bytes', Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 7 + (n >> 3)) % 256))],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
    ['nothing at all', ''],
    ['a goodbye', '* BYE not today\r\n'],
  ])('by greeting with %s fails clearly', async (_, greeting) => {
    const { result, ms } = await pollAgainst(() => '', { greeting })
    expect([isClear(result), result]).toEqual([true, result])
    expect(ms).toBeLessThan(mostMs + 5_000)
  })

  it.each<[string, string, string]>([
    ['a search that finds words', 'UID SEARCH', '* SEARCH one two -3 0 99999999999999999999\r\ntag OK done\r\n'],
    ['a search that finds brackets', 'UID SEARCH', `* SEARCH ${'('.repeat(100_000)}\r\ntag OK done\r\n`],
    ['another mail than was asked for', 'UID FETCH', '* 7 FETCH (UID 9 BODY[]<0> {3}\r\nabc)\r\ntag OK done\r\n'],
    ['a mail without bytes', 'UID FETCH', '* 1 FETCH (UID 1 BODY[]<0> NIL)\r\ntag OK done\r\n'],
    ['a mail of a gigabyte', 'UID FETCH', '* 1 FETCH (UID 1 BODY[]<0> {1000000000}\r\n'],
    ['a mail whose end never comes', 'UID FETCH', '* 1 FETCH (UID 1 BODY[]<0> {500}\r\nFrom: n'],
    ['a list that never ends', 'UID FETCH', `* 1 FETCH (${'(UID 1 '.repeat(50_000)}\r\ntag OK done\r\n`],
    ['a tag of nobody', 'UID SEARCH', 'X99 OK done\r\n'],
    ['no answer', 'SELECT', ''],
    ['a folder without a word', 'SELECT', 'tag OK done\r\n'],
  ])('with %s ends soon, and loses nothing', async (_, begins, answer) => {
    const { result, ms, messages } = await pollAgainst(goodBut(begins, () => answer))
    if (result instanceof Error) expect([isClear(result), result]).toEqual([true, result])
    // What was not marked comes again; what was taken was a mail that it gave.
    else expect(result).toMatchObject({ taken: messages.length })
    expect(ms).toBeLessThan(mostMs + 5_000)
  })

  it('without end, a line at a time, is left when the time of a look is over', async () => {
    const drip: Script = (_, __, socket) => {
      void (async () => {
        while (!socket.destroyed) {
          socket.write('* OK still looking\r\n')
          await pause(50)
        }
      })()
      return ''
    }
    for (const begins of ['LOGIN', 'SELECT', 'UID SEARCH', 'UID FETCH', 'UID STORE']) {
      const { result, ms } = await pollAgainst(goodBut(begins, drip))
      expect([begins, isClear(result)]).toEqual([begins, true])
      expect(ms).toBeLessThan(mostMs + 5_000)
    }
  })

  it.each(['LOGIN', 'UID SEARCH', 'UID FETCH'])(
    'in one line without end after %s is cut off before it fills the memory',
    async (begins) => {
      const sent = { bytes: 0 }
      const chunk = Buffer.alloc(mib, 'x')
      const flood: Script = (_, __, socket) => {
        socket.write('* SEARCH ')
        void (async () => {
          while (!socket.destroyed && sent.bytes < 512 * mib) {
            sent.bytes += chunk.length
            if (!socket.write(chunk))
              await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), pause(1_000)])
          }
        })()
        return ''
      }
      const before = process.memoryUsage().rss
      const { result } = await pollAgainst(goodBut(begins, flood))
      expect(isClear(result)).toBe(true)
      expect(sent.bytes).toBeLessThan(128 * mib)
      expect(process.memoryUsage().rss - before).toBeLessThan(256 * mib)
    },
  )

  it('at random ends soon, whatever it says and where', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '* ',
        'tag ',
        'OK ',
        'NO ',
        'BAD ',
        'BYE ',
        'SEARCH 1',
        'FETCH (',
        'UID 1 ',
        'BODY[]<0> ',
        '{5}\r\n',
        ')',
        '(',
      ),
      fc.constantFrom(
        '\r\n',
        '\r\n',
        'tag OK done\r\n',
        '* SEARCH 1 2\r\n',
        '+ go on\r\n',
        '"',
        '\\',
        '[ALERT] ',
        'NIL',
        '\u0000',
        '4294967296',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    )
    const answers = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    const begins = fc.constantFrom('CAPABILITY', 'LOGIN', 'SELECT', 'UID SEARCH', 'UID FETCH', 'UID STORE')
    await fc.assert(
      fc.asyncProperty(begins, answers, fc.boolean(), async (at, answer, hangsUp) => {
        const script: Script = (_, __, socket) => {
          // Most nonsense is no answer: what comes behind it spares the waiting for the end of the time.
          if (hangsUp) setImmediate(() => socket.end())
          return hangsUp ? answer : `${answer}\r\ntag NO more\r\n`
        }
        const { result, ms, messages } = await pollAgainst(goodBut(at, script))
        if (result instanceof Error) expect([isClear(result), result]).toEqual([true, result])
        else expect(result).toMatchObject({ taken: messages.length })
        expect(ms).toBeLessThan(mostMs + 5_000)
      }),
      { numRuns: 100 },
    )
  })
})
