import { describe, expect, test } from 'vitest'
import type { Channels } from '../../api/generated/types.gen.ts'
import { draftOf, inputOf, linesOf } from './channel-draft.ts'

const stored = {
  enabled: true,
  host: '0.0.0.0',
  port: 6514,
  udpPort: null,
  allowFrom: ['203.0.113.0/24'],
  companyRules: [],
  readRules: [],
  statusPhrases: [],
  statusNamesAll: false,
  zoneMinutes: 0,
  limits: { messageBytes: 1, connections: 1, connectionsPerPeer: 1, idleSeconds: 60, waitingPerPeer: 10 },
}
const tls: NonNullable<NonNullable<Channels['syslog']>['tls']> = {
  certificate: 'PEM',
  keySet: true,
  chain: [],
  clientCertificates: 'required',
  clientAuthorities: 'AUTHORITY',
}
const mailbox: NonNullable<Channels['mailbox']> = {
  enabled: true,
  host: 'imap.example.com',
  port: 993,
  user: 'hub',
  signIn: 'password',
  authority: 'https://login.microsoftonline.com',
  tenant: '',
  clientId: '',
  passwordSet: true,
  encryption: 'from-the-start',
  authorities: null,
  folder: 'INBOX',
  notBefore: '2026-03-02',
  messageBytes: 1,
  everySeconds: 60,
}
const smtp: NonNullable<Channels['smtp']> = {
  enabled: true,
  host: '0.0.0.0',
  port: 25,
  name: '',
  domains: [],
  encryption: 'offered',
  certificate: null,
  limits: {
    messageBytes: 1,
    connections: 1,
    connectionsPerPeer: 1,
    recipients: 1,
    messagesPerMinutePerPeer: 1,
    messagesPerMinutePerRecipient: 1,
    idleSeconds: 60,
  },
}
const channels: Channels = {
  version: 4,
  mail: { allowSenders: [], allowRelays: [], companyRules: [], patterns: [] },
  syslog: { ...stored, tls },
  smtp: null,
  mailbox,
  states: [],
  usual: { syslog: { ...stored, tls: null }, smtp, mailbox: { ...mailbox, host: '', passwordSet: false } },
  words: [],
  mailFields: [],
}

describe('a certificate', () => {
  test('that is kept is not sent, and neither is its key', () => {
    const input = inputOf('syslog', draftOf('syslog', channels))
    expect(input.syslog?.tls).toEqual({ clientCertificates: 'required', clientAuthorities: 'AUTHORITY' })
    expect(JSON.stringify(input)).not.toContain('PEM')
  })

  test('that is made names what it is for, a line each', () => {
    const draft = draftOf('smtp', channels)
    expect(draft.certificate.way).toBe('make')
    const certificate = { ...draft.certificate, makeFor: ' mail.example \n\n192.0.2.1\n' }
    expect(inputOf('smtp', { ...draft, certificate }).smtp?.certificate).toEqual({
      makeFor: ['mail.example', '192.0.2.1'],
    })
  })

  test('that is pasted goes with its key', () => {
    const draft = draftOf('syslog', channels)
    const certificate = { way: 'paste', certificate: 'NEW', key: 'KEY', makeFor: '' } as const
    expect(inputOf('syslog', { ...draft, certificate }).syslog?.tls).toMatchObject({ certificate: 'NEW', key: 'KEY' })
  })

  test('whose key is not stored is shown to be pasted with it, and cannot be kept', () => {
    const draft = draftOf('syslog', { ...channels, syslog: { ...stored, tls: { ...tls, keySet: false } } })
    expect(draft.certificate).toEqual({ way: 'paste', certificate: 'PEM', key: '', makeFor: '' })
  })

  test('goes away with encryption', () => {
    expect(inputOf('syslog', { ...draftOf('syslog', channels), encrypted: false }).syslog?.tls).toBeNull()
    expect(inputOf('smtp', { ...draftOf('smtp', channels), encryption: 'none' }).smtp?.certificate).toBeNull()
  })
})

test('authorities of senders go away when no certificate is asked for', () => {
  const draft = { ...draftOf('syslog', channels), clientCertificates: 'none' } as const
  expect(inputOf('syslog', draft).syslog?.tls).toMatchObject({ clientAuthorities: '' })
})

test('a syslog listener that is new is encrypted', () => {
  expect(draftOf('syslog', { ...channels, syslog: null }).encrypted).toBe(true)
})

test('a password that is left empty is kept, and whether it is set is not sent', () => {
  const draft = draftOf('mailbox', channels)
  expect(inputOf('mailbox', draft).mailbox).not.toHaveProperty('password')
  expect(inputOf('mailbox', draft).mailbox).not.toHaveProperty('passwordSet')
  expect(inputOf('mailbox', { ...draft, password: 'new' }).mailbox).toMatchObject({ password: 'new' })
})

test('lists are sent without the empty lines of typing', () => {
  const draft = { ...draftOf('mail', channels), allowSenders: ['@vendor.example', '', ' a@b.example '] }
  expect(inputOf('mail', draft).mail?.allowSenders).toEqual(['@vendor.example', 'a@b.example'])
  expect(linesOf('')).toEqual([])
})
