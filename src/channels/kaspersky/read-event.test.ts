import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { catalogue } from '../../connectors/sources/kaspersky-hub/catalogue.ts'
import { systemIds } from '../../lib/ids.ts'
import { defaultMailPatterns } from '../mail-patterns.ts'
import type { ChannelMessage } from '../message.ts'
import { createReadFrame } from '../syslog/read-frame.ts'
import { statusPhrases } from './status-phrases.ts'

const receivedAt = new Date('2026-02-01T12:00:00Z')

type Settings = Parameters<typeof createReadFrame>[1]

function read(text: string, wanted: Partial<Settings> = {}, cutTo?: number): ChannelMessage {
  const bytes = Buffer.from(text)
  const readFrame = createReadFrame(
    { log: recordingLog(), ids: systemIds },
    {
      sourceId: 3,
      version: 1,
      companyRules: [],
      readRules: [],
      statusPhrases: [],
      statusNamesAll: false,
      zoneMinutes: 0,
      ...wanted,
    },
  )
  return readFrame({
    frame: { bytes: bytes.subarray(0, cutTo), totalBytes: bytes.length },
    peer: '203.0.113.9',
    certificate: 'hub',
    receivedAt,
  })
}

function structured(type: string, pri: number, text: string, host = 'ACME-PC-01'): string {
  const named = host === '' ? '' : ` hdn="${host}"`
  return `<${pri}>1 2026-01-31T11:40:03.000Z ${host === '' ? '-' : host} 1093|1.0.0.0 - ${type} [event@23668 et="${type}" etdn="Display name"${named} gn="Managed devices/Acme" kscfqdn="ksc.msp.example"] ${text}`
}

describe('events of Kaspersky Security Center', () => {
  it.each([
    [10, 'critical'],
    [11, 'functional-failure'],
    [12, 'warning'],
    [14, 'info'],
  ])('by priority <%i> are %s', (pri, severity) => {
    expect(read(structured('GNRL_EV_VIRUS_FOUND', pri, 'Found.')).reading).toEqual({
      kind: 'event',
      product: 'endpoint-security-cloud',
      type: 'GNRL_EV_VIRUS_FOUND',
      typeName: 'Display name',
      severity,
      state: 'happened',
      computer: { key: 'acme-pc-01', name: 'ACME-PC-01' },
      text: 'Found.',
      happenedAt: new Date('2026-01-31T11:40:03Z'),
    })
  })

  it('are read from CEF with its own severities and time', () => {
    const cef =
      '<29>1 2022-03-18T18:08:07Z srv app - - - CEF:0|KasperskyLab|SecurityCenter|13.2|GNRL_EV_ATTACK_DETECTED|Network attack detected|4|rt=1647626887000 dhost=WS6465 dst=10.1.1.1 msg=Attack from 10.2.2.2'
    expect(read(cef).reading).toMatchObject({
      type: 'GNRL_EV_ATTACK_DETECTED',
      typeName: 'Network attack detected',
      severity: 'critical',
      computer: { name: 'WS6465' },
      text: 'Attack from 10.2.2.2',
      happenedAt: new Date(1_647_626_887_000),
    })
  })

  it('are read from LEEF', () => {
    const leef =
      '<29>Mar 18 18:08:07 srv LEEF:2.0|KasperskyLab|SecurityCenter|14|KLSRV_RUNTIME_ERROR|^|sev=3^hdn=PC-2^msg=Broken'
    expect(read(leef).reading).toMatchObject({
      type: 'KLSRV_RUNTIME_ERROR',
      severity: 'functional-failure',
      computer: { name: 'PC-2' },
      text: 'Broken',
    })
  })

  it('with a severity that is none are kept unread', () => {
    const cef = '<29>CEF:0|KasperskyLab|SecurityCenter|13.2|X|Y|9|dhost=WS'
    expect(read(cef).reading).toMatchObject({
      kind: 'unread',
      reason: 'unknown-product',
      detail: expect.stringContaining('“9”'),
    })
  })

  it('about no computer are read all the same', () => {
    expect(read(structured('KLSRV_EV_LICENSE_CHECK_MORE_110', 10, 'Licence', '')).reading).toMatchObject({
      kind: 'event',
      computer: null,
    })
  })
})

describe('device-status events', () => {
  it.each([
    [
      'KLSRV_HOST_STATUS_CRITICAL',
      'critical',
      'Status is Critical: Databases are outdated. Protection is disabled',
      ['protection-disabled', 'databases-outdated'],
    ],
    ['KLSRV_HOST_STATUS_WARNING', 'warning', 'NOT CONNECTED IN A LONG TIME', ['not-connected']],
    ['KLSRV_HOST_STATUS_WARNING', 'warning', 'License expires soon; license expired', ['license-expired']],
  ])('%s raises %s with the reasons of its text', (type, level, text, keys) => {
    const { reading } = read(structured(type, 10, text))
    expect(reading).toMatchObject({
      kind: 'status',
      level,
      state: 'raised',
      namesAll: false,
      computer: { key: 'acme-pc-01' },
      text,
    })
    expect(reading.kind === 'status' && reading.reasons.map(({ statusKey }) => statusKey)).toEqual(keys)
  })

  it('are read from parameters and by phrases of the source, and may name all reasons', () => {
    const text =
      '<10>1 - PC A|1 - KLSRV_HOST_STATUS_CRITICAL [event@23668 et="KLSRV_HOST_STATUS_CRITICAL" hdn="PC" p3="Datenbanken sind veraltet"] Kritisch'
    const wanted = {
      statusNamesAll: true,
      statusPhrases: [{ phrase: 'Datenbanken sind veraltet', statusKey: 'databases-outdated' }],
    }
    expect(read(text, wanted).reading).toMatchObject({
      kind: 'status',
      namesAll: true,
      reasons: [{ statusKey: 'databases-outdated', text: '' }],
    })
    expect(read(text).reading).toMatchObject({
      kind: 'unread',
      reason: 'unknown-reasons',
      detail: expect.stringContaining('PC became critical'),
    })
  })

  it('that name no device are kept unread', () => {
    expect(read(structured('KLSRV_HOST_STATUS_CRITICAL', 10, 'Databases are outdated', '')).reading).toMatchObject({
      reason: 'no-computer',
    })
  })

  it('name statuses of the catalogue alone', () => {
    const keys = new Set(catalogue.statuses.map(({ key }) => key))
    expect(statusPhrases.filter(({ statusKey }) => !keys.has(statusKey))).toEqual([])
    expect(new Set(statusPhrases.map(({ statusKey }) => statusKey))).toEqual(keys)
  })

  it('and the patterns of mails name event types of the catalogue alone', () => {
    const keys = new Set(catalogue.eventTypes.map(({ key }) => key))
    const types = defaultMailPatterns.flatMap(({ words }) =>
      words.product === 'microsoft-365' ? [words.type ?? ''] : [],
    )
    expect(types.filter((type) => !keys.has(type))).toEqual([])
    expect(new Set(types)).toEqual(new Set([...keys].filter((key) => key.startsWith('m365-'))))
  })
})

describe('a message', () => {
  it('of any bytes is fit for the database, without a fault of ours', () => {
    const log = recordingLog()
    const readRules = [
      {
        name: 'any',
        enabled: true,
        when: [{ field: 'syslog.host', pattern: '(?<computer>.*)' }],
        words: { product: 'x' },
      },
    ]
    const settings: Settings = {
      sourceId: 3,
      version: 1,
      companyRules: [],
      readRules,
      statusPhrases: [],
      statusNamesAll: false,
      zoneMinutes: 0,
    }
    const readers = [settings, { ...settings, readRules: [] }].map((wanted) =>
      createReadFrame({ log, ids: systemIds }, wanted),
    )
    const piece = fc.constantFrom(
      ...[
        '<10>1 2026-01-31T11:40:03Z h a - KLSRV_HOST_STATUS_CRITICAL ',
        '[event@23668 ',
        'et="KLSRV_HOST_STATUS_WARNING" ',
        'hdn="',
      ],
      ...[
        'CEF:0|KasperskyLab|SecurityCenter|1|',
        'LEEF:2.0|KasperskyLab|SecurityCenter|',
        '|',
        '"',
        ']',
        '=',
        ' ',
        '\\',
        'databases are outdated',
        'rt=99999999999999 ',
      ],
    )
    const anyBytes = fc.array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 12 }),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(anyBytes, (parts) => {
        const bytes = Buffer.concat(parts)
        for (const readFrame of readers) {
          const message = readFrame({
            frame: { bytes, totalBytes: bytes.length },
            peer: '::1',
            certificate: '',
            receivedAt,
          })
          const text = JSON.stringify(message)
          expect(text.includes('\\u0000') || /\\ud[89a-f]/.test(text)).toBe(false)
          expect(
            message.reading.kind === 'unread' ||
              message.reading.happenedAt === null ||
              !Number.isNaN(message.reading.happenedAt.getTime()),
          ).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
    expect(log.lines).toEqual([])
  })

  it('that nobody can read is kept whole with its reason', () => {
    expect(read('what is this')).toMatchObject({
      raw: 'what is this',
      rawBytes: 12,
      company: null,
      reading: { reason: 'no-form' },
    })
    expect(read('<13>1 - h other-product - - - hello').reading).toMatchObject({ reason: 'unknown-product' })
  })

  it('that was cut is not read', () => {
    expect(read(structured('GNRL_EV_VIRUS_FOUND', 10, 'x'.repeat(1_000)), {}, 400).reading).toMatchObject({
      reason: 'too-long',
    })
  })

  it('with bytes that are no text, zero bytes and endless fields is fit for the database', () => {
    const bytes = Buffer.concat([
      Buffer.from('<13>1 - h a - - ['),
      Buffer.from([0xff, 0, 0xed, 0xa0, 0x80]),
      Buffer.from('] text'),
    ])
    const message = read(bytes.toString('latin1'))
    expect(JSON.stringify(message)).not.toContain('\\u0000')
    const many = read(
      `<13>1 - h a - - [event@23668 ${Array.from({ length: 400 }, (_, n) => `k${n}="${'v'.repeat(300)}"`).join(' ')}]`,
    )
    expect(many.fields.length).toBeLessThanOrEqual(200)
    expect(many.fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)).toBeLessThanOrEqual(
      64 * 1024,
    )
    expect(many.raw.length).toBeLessThanOrEqual(16 * 1024)
  })

  it('heard twice has one key, but not when it carries no time of its own', () => {
    const timed = structured('GNRL_EV_VIRUS_FOUND', 10, 'x')
    expect(read(timed).key).toBe(read(timed).key)
    expect(read(timed).key).not.toBe(read(`${timed}y`).key)
    expect(read('garbage').key).not.toBe(read('garbage').key)
    expect(read(timed).key.length).toBeLessThanOrEqual(100)
  })

  it('of another product is read by a rule of the source', () => {
    const readRules: Settings['readRules'] = [
      {
        name: 'firewall',
        enabled: true,
        when: [
          { field: 'syslog.tag', pattern: '^fw$' },
          { field: 'syslog.message', pattern: 'link (?<state>down|up) on (?<computer>\\S+) for (?<company>.+)$' },
        ],
        words: { product: 'endpoint-security-cloud', type: 'fw-link', severity: 'warning', state: 'happened' },
      },
    ]
    const companyRules: Settings['companyRules'] = [
      {
        name: 'named',
        on: 'field',
        field: 'company',
        match: 'pattern',
        value: '^(?<company>.*)$',
        company: '',
        companyName: '',
      },
    ]
    const message = read('<13>Oct 11 22:14:15 gate fw[1]: link down on GATE-1 for Acme Ltd', {
      readRules,
      companyRules,
    })
    expect(message.reading).toMatchObject({ kind: 'unread', detail: expect.stringContaining('“down”') })
    expect(message.company).toEqual({ key: 'acme ltd', name: 'Acme Ltd', rule: 'named' })
    const [rule] = readRules
    const right =
      rule === undefined
        ? []
        : [{ ...rule, when: [{ field: 'syslog.message', pattern: 'link down on (?<computer>\\S+)' }] }]
    expect(read('<13>Oct 11 22:14:15 gate fw[1]: link down on GATE-1', { readRules: right }).reading).toMatchObject({
      kind: 'event',
      type: 'fw-link',
      computer: { key: 'gate-1', name: 'GATE-1' },
      happenedAt: new Date('2025-10-11T22:14:15Z'),
    })
  })
})
