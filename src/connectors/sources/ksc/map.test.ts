import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue, describeStatus, statusKeys } from './catalogue.ts'
import { type Host, readHostPage } from './host-wire.ts'
import { hostToComputer, isManaged, maskToReasons, rowToEvent, toSeverity, virtualServerToTenant } from './map.ts'
import { params } from './parameters.ts'
import { type EventRow, readEventRows, readReply, readVirtualServers } from './wire.ts'

function host(fields: Record<string, unknown>): Host {
  const whole = {
    KLHST_WKS_HOSTNAME: 'id-1',
    KLHST_WKS_DN: 'PC-1',
    KLHST_WKS_STATUS: 31,
    KLHST_WKS_STATUS_ID: 0,
    ...fields,
  }
  const wire = { PxgRetVal: 1, pChunk: { KLCSP_ITERATOR_ARRAY: [{ type: 'params', value: whole }] } }
  const [read] = readHostPage('Test', JSON.parse(JSON.stringify(wire))).hosts
  if (read === undefined) throw new Error('no host was read')
  return read
}

function keys(mask: unknown): readonly string[] | null {
  return (
    maskToReasons(host({ KLHST_WKS_STATUS_MASK: mask }).KLHST_WKS_STATUS_MASK, () => '')?.map(
      ({ statusKey }) => statusKey,
    ) ?? null
  )
}

describe('status mask', () => {
  test.each([
    ['two reasons', 136, ['databases-outdated', 'too-many-viruses']],
    ['as long', { type: 'long', value: 136 }, ['databases-outdated', 'too-many-viruses']],
    ['as long in text', { type: 'long', value: '136' }, ['databases-outdated', 'too-many-viruses']],
    ['as text', '136', ['databases-outdated', 'too-many-viruses']],
    ['bit 0', 1, ['unmanaged']],
    ['bit 18', 262_144, ['defined-by-application']],
    ['bit 19', 524_288, ['disk-space']],
    ['an unknown bit', 1 << 20, ['unknown-20']],
    ['unknown and known bits', (1 << 25) | 128, ['databases-outdated', 'unknown-25']],
    ['the sign bit of 32', -2_147_483_648, ['unknown-31']],
    ['the sign bit and bit 7', -2_147_483_648 + 128, ['databases-outdated', 'unknown-31']],
    ['bit 32', 2 ** 32, ['unknown-32']],
    ['bit 63', { type: 'long', value: '9223372036854775808' }, ['unknown-63']],
    ['the sign bit of 64', { type: 'long', value: '-9223372036854775808' }, ['unknown-63']],
    ['a huge mask keeps its lowest bit', { type: 'long', value: '9007199254740993' }, ['unknown-53', 'unmanaged']],
    ['empty', 0, ['unspecified']],
    ['left out', undefined, ['unspecified']],
    ['null', null, ['unspecified']],
    ['more than 64 bits', { type: 'long', value: '99999999999999999999' }, null],
    ['a fraction', 1.5, null],
    ['words', 'many', null],
    ['a broken long', { type: 'long', value: 'many' }, null],
    ['a container', params({}), null],
  ])('%s', (_name, mask, expected) => {
    expect(keys(mask)).toEqual(expected)
  })

  test('any 64-bit mask names as many different reasons as it has bits, sorted, each with words', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (mask) => {
        const reasons = maskToReasons(mask, () => 'text')
        const bits = mask.toString(2).replaceAll('0', '').length
        const found = reasons?.map(({ statusKey }) => statusKey) ?? []
        expect(new Set(found).size).toBe(bits)
        expect(found).toEqual(found.toSorted())
        for (const key of found) expect(describeStatus(key).title).not.toBe(key)
      }),
    )
  })
})

describe('computer', () => {
  test.each([
    [0, 'ok'],
    [1, 'critical'],
    [2, 'warning'],
  ])('status %d is %s', (id, level) => {
    expect(hostToComputer(host({ KLHST_WKS_STATUS_ID: id }), 't').value?.level).toBe(level)
  })

  test.each([3, -1, undefined, null, 'Critical', 1.5])('status %j cannot be read and says which computer', (id) => {
    const { value, problem } = hostToComputer(host({ KLHST_WKS_STATUS_ID: id, KLHST_WKS_DN: 'A & "B" 🚨' }), 't')
    expect(value).toBeNull()
    expect(problem).toContain('A & "B" 🚨')
  })

  test('a mask that cannot be read is no empty mask', () => {
    expect(hostToComputer(host({ KLHST_WKS_STATUS_ID: 1, KLHST_WKS_STATUS_MASK: 'x' }), 't').problem).toContain('PC-1')
  })

  test('at OK no reason is named, whatever the mask says', () => {
    expect(hostToComputer(host({ KLHST_WKS_STATUS_MASK: 136 }), 't').value?.reasons).toEqual([])
  })

  test('the text of the application stands with its own reason only', () => {
    const fields = {
      KLHST_WKS_STATUS_ID: 2,
      KLHST_WKS_STATUS_MASK: 262_144 | 128,
      KLHST_WKS_STATUS_HSDP: 'Encryption <failed> & "more"',
    }
    expect(hostToComputer(host(fields), 't').value).toEqual({
      tenantKey: 't',
      computerKey: 'id-1',
      name: 'PC-1',
      level: 'warning',
      reasons: [
        { statusKey: 'databases-outdated', text: '' },
        { statusKey: 'defined-by-application', text: 'Encryption <failed> & "more"' },
      ],
      link: '',
    })
  })

  const at = (value: string) => ({ type: 'datetime', value })

  test.each([
    [
      'databases-outdated',
      128,
      { KLHST_WKS_RTP_AV_BASES_TIME: at('2026-03-01T04:10:59Z') },
      'Databases of 2026-03-01 04:10 UTC',
    ],
    [
      'not-connected',
      256,
      { KLHST_WKS_LAST_NAGENT_CONNECTED: at('2026-02-03T23:59:59Z') },
      'Last connection on 2026-02-03 UTC',
    ],
    ['scan-overdue', 64, { KLHST_WKS_LAST_FULLSCAN: at('2025-12-31T01:00:00Z') }, 'Last full scan on 2025-12-31 UTC'],
    ['scan-overdue', 64, { KLHST_WKS_LAST_FULLSCAN: at('1970-01-01T00:00:00Z') }, ''],
    ['databases-outdated', 128, {}, ''],
    ['not-connected', 256, { KLHST_WKS_LAST_NAGENT_CONNECTED: null }, ''],
    ['protection-disabled', 2, { KLHST_WKS_RTP_STATE: 1 }, 'Real-time protection: stopped'],
    ['protection-disabled', 2, { KLHST_WKS_RTP_STATE: 2 }, 'Real-time protection: suspended'],
    ['protection-disabled', 2, { KLHST_WKS_RTP_STATE: 9 }, 'Real-time protection: failed'],
    ['protection-disabled', 2, { KLHST_WKS_RTP_STATE: 3 }, ''],
    ['protection-disabled', 2, {}, ''],
    ['restart-required', 2048, { KLHST_WKS_RTP_STATE: 1 }, ''],
  ])('what KSC shows for %s (mask %d, %j)', (statusKey, mask, shown, text) => {
    const fields = { KLHST_WKS_STATUS_ID: 1, KLHST_WKS_STATUS_MASK: mask, ...shown }
    expect(hostToComputer(host(fields), 't').value?.reasons).toEqual([{ statusKey, text }])
    expect(hostToComputer(host({ ...fields, KLHST_WKS_STATUS_ID: 0 }), 't').value?.reasons).toEqual([])
  })

  test.each([
    [{ KLHST_WKS_DN: 'مكتب-١' }, 'مكتب-١'],
    [{ KLHST_WKS_DN: '', KLHST_WKS_FQDN: 'pc.acme.example' }, 'pc.acme.example'],
    [{ KLHST_WKS_DN: undefined, KLHST_WKS_WINHOSTNAME: 'PC' }, 'PC'],
    [{ KLHST_WKS_DN: undefined }, 'id-1'],
  ])('name from %j', (fields, name) => {
    expect(hostToComputer(host(fields), 't').value?.name).toBe(name)
  })

  test.each([
    [{ KLHST_WKS_STATUS: 31 }, true],
    [{ KLHST_WKS_STATUS: 29 }, false],
    [{ KLHST_WKS_STATUS: 2 }, true],
    [{ KLHST_WKS_STATUS: undefined }, true],
    [{ KLHST_WKS_STATUS: 31, KLHST_WKS_FROM_UNASSIGNED: true }, false],
    [{ KLHST_WKS_STATUS: 31, KLHST_WKS_FROM_UNASSIGNED: false }, true],
  ])('%j counts as managed: %s', (fields, managed) => {
    expect(isManaged(host(fields))).toBe(managed)
  })
})

describe('tenant', () => {
  const read = (fields: Record<string, unknown>) => {
    const reply = readReply('Test', { PxgRetVal: [params(fields as Record<string, string>)] })
    return readVirtualServers('Test', reply).map(virtualServerToTenant)[0]
  }
  test.each([
    [
      { KLVSRV_ID: 3, KLVSRV_UID: 'VSRV1', KLVSRV_DN: 'Müller & "Söhne" 🚨', KLVSRV_ENABLED: true },
      { key: 'VSRV1', name: 'Müller & "Söhne" 🚨', enabled: true },
    ],
    [
      { KLVSRV_ID: 3, KLVSRV_UID: 'VSRV1', KLVSRV_DN: 'A', KLVSRV_ENABLED: false },
      { key: 'VSRV1', name: 'A', enabled: false },
    ],
    [
      { KLVSRV_ID: 3, KLVSRV_UID: 'VSRV1' },
      { key: 'VSRV1', name: 'VSRV1', enabled: true },
    ],
    [{ KLVSRV_ID: 3, KLVSRV_DN: 'A' }, null],
  ])('%j', (fields, expected) => {
    expect(read(fields)).toEqual(expected)
  })
})

describe('event', () => {
  const readAt = new Date('2026-01-01T00:00:00Z')
  const row = (fields: Record<string, unknown>): EventRow => {
    const wire = { pRecords: { KLCSP_ITERATOR_ARRAY: [{ type: 'params', value: fields }] } }
    const [read] = readEventRows('Test', readReply('Test', wire))
    if (read === undefined) throw new Error('no event was read')
    return read
  }
  const moment = (text: string) => ({ type: 'datetime', value: text })

  test.each([
    [1, null],
    [0, null],
    [null, null],
    [2, 'warning'],
    [3, 'functional-failure'],
    [4, 'critical'],
    [5, 'critical'],
  ])('severity %j is %s', (number, severity) => {
    expect(toSeverity(number)).toBe(severity)
  })

  test('with all its fields', () => {
    const fields = {
      event_db_id: { type: 'long', value: 1_048_577 },
      rise_time: moment('2025-01-31T11:40:03Z'),
      registration_time: moment('2025-01-31T11:40:09Z'),
      event_type: 'GNRL_EV_VIRUS_FOUND',
      event_type_display_name: 'Malicious object detected',
      GNRL_EA_DESCRIPTION: 'Object: C:\\Temp\\eicar.com',
      hostname: 'id-1',
      hostdn: 'PC-1',
    }
    expect(rowToEvent(row(fields), 1_048_577, 'critical', 'main', readAt)).toEqual({
      tenantKey: 'main',
      tenantSure: false,
      eventKey: '1048577@2025-01-31T11:40:09.000Z',
      type: 'GNRL_EV_VIRUS_FOUND',
      typeName: 'Malicious object detected',
      severity: 'critical',
      computerKey: 'id-1',
      computerName: 'PC-1',
      text: 'Object: C:\\Temp\\eicar.com',
      happenedAt: new Date('2025-01-31T11:40:03Z'),
      storedAt: new Date('2025-01-31T11:40:09Z'),
    })
  })

  test.each([
    [
      'stored time only',
      { registration_time: moment('2025-01-02T00:00:00Z') },
      '2025-01-02T00:00:00.000Z',
      '7@2025-01-02T00:00:00.000Z',
    ],
    [
      'time of happening only',
      { rise_time: moment('2025-01-02T00:00:00Z') },
      '2025-01-02T00:00:00.000Z',
      '7@2025-01-02T00:00:00.000Z',
    ],
    ['no time', {}, readAt.toISOString(), '7@'],
    [
      'a time in the future',
      { rise_time: moment('2099-01-01T00:00:00Z') },
      '2099-01-01T00:00:00.000Z',
      '7@2099-01-01T00:00:00.000Z',
    ],
  ])('%s', (_name, fields, happenedAt, eventKey) => {
    const event = rowToEvent(row(fields), 7, 'warning', 'main', readAt)
    expect([event.happenedAt.toISOString(), event.eventKey, event.computerKey]).toEqual([happenedAt, eventKey, ''])
  })
})

describe('catalogue', () => {
  test('names each documented bit once, with stable keys', () => {
    expect(statusKeys).toEqual([
      'unmanaged',
      'protection-disabled',
      'application-not-running',
      'too-many-viruses',
      'protection-level-differs',
      'application-not-installed',
      'scan-overdue',
      'databases-outdated',
      'not-connected',
      'license-expired',
      'active-threats',
      'restart-required',
      'incompatible-applications',
      'vulnerabilities',
      'updates-check-overdue',
      'encryption-status',
      'mobile-settings',
      'incidents',
      'defined-by-application',
      'disk-space',
    ])
    expect(new Set(catalogue.statuses.map(({ key }) => key)).size).toBe(21)
    expect(new Set(catalogue.eventTypes.map(({ key }) => key)).size).toBe(catalogue.eventTypes.length)
  })

  test('every entry has words and one line of advice', () => {
    for (const { title, advice } of [...catalogue.statuses, ...catalogue.eventTypes]) {
      expect(title).not.toBe('')
      expect(advice).toMatch(/^[^\n]+\.$/)
    }
  })

  test('describes what it does not list', () => {
    expect(describeStatus('databases-outdated').title).toBe('Databases are outdated')
    expect(describeStatus('unknown-27').title).toBe('Unknown reason (bit 27)')
    expect(describeStatus('something-else').title).toBe('something-else')
  })
})
