import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCef, parseExtension } from './cef.ts'
import { parseLeef } from './leef.ts'
import { parseSyslog, type SyslogRecord } from './parse.ts'
import { recordFields } from './record-fields.ts'

const now = new Date('2026-02-01T12:00:00Z')

function parse(text: string, zoneMinutes = 0): SyslogRecord {
  return parseSyslog(text, { now, zoneMinutes })
}

function fieldsOf(record: SyslogRecord): Record<string, string> {
  return Object.fromEntries([...recordFields(record)].map(({ name, value }) => [name, value]))
}

/** The frame of the reference, section 7.1, with an escape of each kind. */
const virusFound =
  '<10>1 2025-01-31T11:40:03.000Z acme-pc-01 KES|11.0.0.0 - GNRL_EV_VIRUS_FOUND [event@23668 p1="9F86" p2="C:\\\\Temp\\\\eicar.com" p5="EICAR-Test-File" p7="ACME\\\\ann" p9="{\\"engine\\":[1,2\\]}" et="GNRL_EV_VIRUS_FOUND" tdn="File Threat Protection" etdn="Malicious object detected" hdn="ACME-PC-01" hip="10.0.0.1" gn="Managed devices"] Event text\r\nsecond line'

describe('RFC 5424', () => {
  it('reads the structured-data form of Kaspersky with every escape', () => {
    const record = parse(virusFound)
    expect(record).toMatchObject({
      form: 'rfc5424',
      facility: 1,
      severity: 2,
      time: new Date('2025-01-31T11:40:03Z'),
      host: 'acme-pc-01',
      tag: 'KES|11.0.0.0',
      processId: '',
      messageId: 'GNRL_EV_VIRUS_FOUND',
      message: 'Event text\r\nsecond line',
      payload: null,
    })
    expect(fieldsOf(record)).toMatchObject({
      'syslog.element': 'event@23668',
      p2: 'C:\\Temp\\eicar.com',
      p7: 'ACME\\ann',
      p9: '{"engine":[1,2]}',
      hdn: 'ACME-PC-01',
      gn: 'Managed devices',
    })
  })

  it.each([
    [
      '<165>1 2003-10-11T22:14:15.003Z h app 77 ID47 - An event',
      { message: 'An event', processId: '77', structured: [] },
    ],
    ['<165>1 2003-08-24T05:14:15.000003-07:00 h app - - - x', { time: new Date('2003-08-24T12:14:15Z') }],
    ['<165>1 - - - - - - \ufeffaa', { time: null, host: '', tag: '', message: 'aa' }],
    ['<165>1 2003-10-11T22:14:15Z h app - ID [a@1 x="1"][b y=""] ', { message: '' }],
    ['<165>1 2003-10-11T22:14:15Z h app - ID [a@1 x="1"][b y="2"]', { message: '' }],
    ['<165>1 2003-10-11T22:14:15Z h', { host: 'h', tag: '', message: '' }],
    ['<165>1 2003-10-11T22:14:15Z h app - ID -', { message: '' }],
    ['<0>1 - - - - - -', { severity: 0, facility: 0 }],
    ['<191>1 - - - - - -', { severity: 7, facility: 23 }],
  ])('reads %j', (text, wanted) => {
    expect(parse(text)).toMatchObject({ form: 'rfc5424', ...wanted })
  })

  it('names the parameters of other elements by their element, and keeps unknown ones', () => {
    const fields = fieldsOf(parse('<13>1 - h a - - [x@1 k="v"][event@23668 new="kept" kscfqdn="ksc.acme"] text'))
    expect(fields).toMatchObject({ 'x@1/k': 'v', new: 'kept', kscfqdn: 'ksc.acme' })
  })

  it('keeps a backslash that escapes nothing', () => {
    const record = parse('<13>1 - h a - - [event@23668 p="a\\nb\\\\"] text')
    expect(fieldsOf(record)).toMatchObject({ p: 'a\\nb\\' })
  })

  it.each(['[event@23668 p1="open', '[event@23668 p1=x] text', '[event@23668 p1', '['])(
    'keeps broken structured data %j in the message',
    (data) => {
      const record = parse(`<13>1 - h a - - ${data}`)
      expect(record.message).toBe(data)
      expect(record.host).toBe('h')
    },
  )

  it('lets no sender pass a field off as one of ours', () => {
    const fields = fieldsOf(parse('<13>1 - h a - - [event@23668 syslog.severity="2" cef.id="x"] text'))
    expect(fields).toMatchObject({ 'syslog.severity': '5', 'sender:syslog.severity': '2', 'sender:cef.id': 'x' })
  })
})

describe('RFC 3164', () => {
  it.each([
    [
      '<34>Oct 11 22:14:15 host su[12]: failed',
      { time: new Date('2025-10-11T22:14:15Z'), host: 'host', tag: 'su', processId: '12', message: 'failed' },
    ],
    ['<34>Feb  1 11:59:59 host su: x', { time: new Date('2026-02-01T11:59:59Z') }],
    ['<34>Feb 10 00:00:00 host su: x', { time: new Date('2026-02-10T00:00:00Z') }],
    ['<34>Dec 31 23:59:59 host x', { time: new Date('2025-12-31T23:59:59Z'), tag: '', message: 'x' }],
    ['<34>Feb 29 00:00:00 host x', { time: new Date('2024-02-29T00:00:00Z') }],
    ['<34>2025-01-31T11:40:03Z host tag: x', { time: new Date('2025-01-31T11:40:03Z'), host: 'host', tag: 'tag' }],
    ['<34>just a text', { time: null, host: '', message: 'just a text' }],
    ['Oct 11 22:14:15 host su: x', { severity: null, host: 'host', tag: 'su', message: 'x' }],
  ])('reads %j', (text, wanted) => {
    expect(parse(text)).toMatchObject({ form: 'bsd', ...wanted })
  })

  it('takes the zone of the setting', () => {
    expect(parse('<34>Oct 11 22:14:15 host su: x', 120).time).toEqual(new Date('2025-10-11T20:14:15Z'))
  })

  it.each(['<34>Feb 31 00:00:00 h x', '<34>Foo 11 22:14:15 h x', '<34>Oct 11 25:14:15 h x'])(
    'takes no date out of %j',
    (text) => {
      expect(parse(text).time).toBeNull()
    },
  )
})

describe('CEF', () => {
  const cef =
    'CEF:0|KasperskyLab|SecurityCenter|13.2.0.1511|KLPRCI_TaskState|Completed \\| done|1|rt=1647626887000 cs9=site location Bldg cs9Label=GroupName dhost=WS6465 msg=a\\=b \\n c\\\\d cs2=KES cs2Label=ProductName empty= cn1=0 '

  it.each([
    ['behind a whole header', `<29>1 2022-03-18T18:08:07Z srv app - - - ${cef}`],
    ['behind a header that ends early', `<29>1 2022-03-18T18:08:07Z srv ${cef}`],
    ['in the older form', `<29>Mar 18 18:08:07 srv ${cef}`],
    ['in the older form without a host', `<29>Mar 18 18:08:07 ${cef}`],
    ['with a priority alone', `<29>${cef}`],
    ['alone', cef],
  ])('is read %s', (_, text) => {
    const record = parse(text)
    expect(fieldsOf(record)).toMatchObject({
      'cef.vendor': 'KasperskyLab',
      'cef.id': 'KLPRCI_TaskState',
      'cef.name': 'Completed | done',
      'cef.severity': '1',
      rt: '1647626887000',
      cs9: 'site location Bldg',
      GroupName: 'site location Bldg',
      ProductName: 'KES',
      msg: 'a=b \n c\\d',
      empty: '',
      cn1: '0',
    })
    if (record.form !== 'bare' && record.host !== '') expect(record.host).toBe('srv')
  })

  it('leaves an equals sign without a key in the value', () => {
    expect(parseExtension('request=https://x.example/?a=b&c=d act=blocked')).toEqual([
      { name: 'request', value: 'https://x.example/?a=b&c=d' },
      { name: 'act', value: 'blocked' },
    ])
  })

  it.each(['CEF:0|a|b|c', 'CEF:', 'CEF:0|a|b|c|d|e'])('is not %j', (text) => {
    expect(parseCef(text)).toBeNull()
  })

  it('may have no extension', () => {
    expect(parseCef('CEF:0|v|p|1|id|name|4')).toMatchObject({ eventId: 'id', severity: '4', extension: [] })
  })
})

describe('LEEF', () => {
  it.each([
    ['LEEF:1.0|KasperskyLab|SecurityCenter|14|KLSRV_X|cat=a b\tsev=4\tmsg=x=y', ''],
    ['LEEF:2.0|KasperskyLab|SecurityCenter|14|KLSRV_X|^|cat=a b^sev=4^msg=x=y', ''],
    ['LEEF:2.0|KasperskyLab|SecurityCenter|14|KLSRV_X|x7C|cat=a b|sev=4|msg=x=y', ''],
    ['LEEF:2.0|KasperskyLab|SecurityCenter|14|KLSRV_X|0x09|cat=a b\tsev=4\tmsg=x=y', ''],
    ['LEEF:2.0|KasperskyLab|SecurityCenter|14|KLSRV_X|cat=a b\tsev=4\tmsg=x=y', ''],
    ['LEEF:2.0|KasperskyLab|SecurityCenter|14|KLSRV_X||cat=a b\tsev=4\tmsg=x=y', ''],
  ])('reads %j', (text) => {
    expect(fieldsOf(parse(`<13>Mar 18 18:08:07 srv ${text}`))).toMatchObject({
      'leef.vendor': 'KasperskyLab',
      'leef.id': 'KLSRV_X',
      cat: 'a b',
      sev: '4',
      msg: 'x=y',
    })
  })

  it.each(['LEEF:1.0|a|b', 'LEEF:'])('is not %j', (text) => {
    expect(parseLeef(text)).toBeNull()
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      '<10>1 ',
      '<13>',
      'CEF:0|',
      'LEEF:2.0|',
      '|',
      '[event@23668 ',
      'p="',
      '"]',
      '\\',
      '=',
      ' ',
      'key=',
      '\n',
      '-',
      '\0',
      'Oct 11 22:14:15 ',
    ],
    ...['2025-01-31T11:40:03Z ', '[', ']', '"', '\ufeff', '\ud800', 'é', 'cs1Label='],
  )
  const anyText = fc.oneof(
    fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 60 })
      .map((parts) => parts.join('')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  )

  it('is parsed without an error and without losing what it has no name for', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const record = parse(text)
        if (record.form === 'none') expect(record.message).toBe(text.startsWith('\ufeff') ? text.slice(1) : text)
        for (const { name, value } of recordFields(record)) expect(typeof name + typeof value).toBe('stringstring')
      }),
      { numRuns: 5_000 },
    )
  })

  it('with more fields than anybody needs keeps the rest as text', () => {
    const record = parse(`<13>1 - h a - - [event@23668 ${'a="b" '.repeat(2_000)}] text`)
    expect(record.structured[0]?.params.length).toBeLessThan(1_000)
    expect(record.message.endsWith('] text')).toBe(true)
    expect(parseExtension('a=b '.repeat(2_000)).length).toBeLessThan(1_000)
  })

  // Ten times the text may cost ten times the time; what costs its square would take a hundred times as long.
  it.each([
    ['open structured data', (n: number) => `<13>1 - h a - - [event@23668 p="${'\\"'.repeat(n)}`],
    ['elements', (n: number) => `<13>1 - h a - - ${'[a b="c"]'.repeat(n / 4)}`],
    ['open brackets', (n: number) => `<13>1 - h a - - ${'['.repeat(2 * n)}`],
    ['equals signs', (n: number) => `CEF:0|a|b|c|d|e|1|${'='.repeat(2 * n)}`],
    ['keys', (n: number) => `CEF:0|a|b|c|d|e|1|${'a=b '.repeat(n / 2)}`],
    ['words', (n: number) => `CEF:0|a|b|c|d|e|1|${'a '.repeat(n)}=`],
    ['invalid keys', (n: number) => `CEF:0|a|b|c|d|e|1|${'!= '.repeat(n / 2)}`],
    ['backslashes', (n: number) => `CEF:0|${'\\'.repeat(2 * n)}`],
    ['labels', (n: number) => `CEF:0|a|b|c|d|e|1|${'xLabel=x x=1 '.repeat(n / 8)}`],
    ['bars', (n: number) => `LEEF:2.0|${'|'.repeat(2 * n)}`],
    ['tabs', (n: number) => `LEEF:1.0|a|b|c|d|${'\t'.repeat(2 * n)}`],
    ['spaces', (n: number) => `<13>1 ${' '.repeat(2 * n)}`],
    ['a tag', (n: number) => `<13>Oct 11 22:14:15 h ${'a'.repeat(2 * n)}`],
    ['colons', (n: number) => `<13>Oct 11 22:14:15 h ${':['.repeat(n)}`],
  ])('of 1 MB that is all %s is parsed in linear time', (_, make) => {
    const short = make(50_000)
    const long = make(500_000)
    const costShort = fastest(() => void [...recordFields(parse(short))])
    const costLong = fastest(() => void [...recordFields(parse(long))])
    expect(costLong).toBeLessThan(30 * Math.max(costShort, 5))
  })
})

/** Ms of the fastest of three runs, so that a busy machine does not count. */
function fastest(run: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const begun = performance.now()
      run()
      return performance.now() - begun
    }),
  )
}
