import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstAccount, goodOrder, startDesk, type TestDesk } from '../test-desk.ts'
import { chooseType } from './reply.ts'
import { parseXml, XmlError } from './xml-read.ts'
import { escapeXml } from './xml-write.ts'

const xml = { 'Content-Type': 'application/xml', Accept: 'application/xml' }
const nasty = 'A & B <c> "d" \'e\' 🐾 \r\n] ]]> مخبز'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

describe('XML', () => {
  it('goes in and comes out, without the model prefix and without what is unset', async () => {
    const body =
      '<?xml version="1.0"?>\r\n<CreateServiceOrderModel xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      `<AccountNumber>${firstAccount}</AccountNumber><BriefDescription>${escapeXml(nasty)}</BriefDescription>` +
      '<Reference>KSC:xml</Reference><InternalComments xsi:nil="true" /><!-- x -->' +
      '<WorkRequested><![CDATA[<b>&amp;]]></WorkRequested>' +
      '<DateTimeRequested><Date>2018-03-06T00:00:00</Date><Time>1900-01-01T14:09:02</Time></DateTimeRequested>' +
      '<DateTimeClosed><DateTime xsi:nil="true"/></DateTimeClosed><DisplayOnCustomerPortal>true</DisplayOnCustomerPortal>' +
      '</CreateServiceOrderModel>'
    const answer = await desk.send('POST', '/api/serviceorders', body, { headers: xml })
    expect([answer.status, answer.type]).toEqual([200, 'application/xml; charset=utf-8'])
    const root = parseXml(answer.text)
    expect(root.name).toBe('ServiceOrderResponse')
    expect(root.children.map(({ name }) => name)).toEqual(['Success', 'Message', 'ServiceOrderSummary'])
    const order = root.children[2]?.children.find(({ name }) => name === 'ServiceOrder')
    const text = (name: string) => order?.children.find((child) => child.name === name)?.text
    expect([text('BriefDescription'), text('WorkRequested')]).toEqual([nasty, '<b>&amp;'])
    expect([text('DateTimeRequested'), text('DateTimeClosed')]).toEqual(['2018-03-06T14:09:02', undefined])
    const [stored] = await desk.search({ SearchType: 'Reference', MatchType: 'Equal', Criteria: 'KSC:xml' })
    expect(stored?.ServiceOrder).toMatchObject({ BriefDescription: nasty, DisplayOnCustomerPortal: true })
  })

  it('a JSON body may have an XML answer, and the other way round', async () => {
    const accept = { headers: { Accept: 'text/xml' } }
    const answer = await desk.send('POST', '/api/serviceorders', goodOrder, accept)
    expect([answer.type, parseXml(answer.text).name]).toEqual(['text/xml; charset=utf-8', 'ServiceOrderResponse'])
    const body =
      '<AdvancedSearchRequest><Criteria><SearchCriteria><SearchType>AccountNumber</SearchType>' +
      `<MatchType>Equal</MatchType><Criteria>${firstAccount}</Criteria></SearchCriteria></Criteria><PageSize>1</PageSize></AdvancedSearchRequest>`
    const found = await desk.send('POST', '/api/serviceorders/search', body, {
      headers: { 'Content-Type': 'text/xml' },
    })
    expect(found.json).toMatchObject({ Success: true, PageSize: 1, TotalCount: 2 })
  })

  it('lists are named after their items', async () => {
    const get = async (path: string) => parseXml((await desk.send('GET', path, undefined, { headers: xml })).text)
    const boards = await get('/api/mastertables/dispatchboards')
    expect([boards.name, boards.children.map(({ name }) => name)]).toEqual([
      'ArrayOfDispatchBoard',
      Array(4).fill('DispatchBoard'),
    ])
    const orders = await get(`/api/serviceorders/account/${firstAccount}`)
    expect(orders.children[0]?.children[0]?.name).toBe('ServiceOrderSummary')
  })

  it('one text is the root element of a single search, and of a resolution', async () => {
    const search = '<Criteria>KSC:x</Criteria>'
    const answer = await desk.send('POST', '/api/serviceorders/search/reference', search, { headers: xml })
    expect(answer.text).toContain('<TotalCount>1</TotalCount>')
    const root = '<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">Cured &amp; checked</string>'
    const [order] = await desk.search({ SearchType: 'Reference', MatchType: 'Equal', Criteria: 'KSC:xml' })
    const path = `/api/serviceorders/${order?.ServiceOrderNumber}/resolutions`
    const done = await desk.send('POST', path, root, { headers: { ...xml, Accept: 'application/json' } })
    expect(done.json.ServiceOrderResolutions).toEqual([{ Resolution: 'Cured & checked', Index: 1 }])
  })

  it('errors are XML too', async () => {
    const answer = await desk.send('GET', '/api/serviceorders/1', undefined, { headers: xml })
    const text = '<Error><Message>Service order 1 does not exist.</Message></Error>'
    expect([answer.status, answer.text]).toEqual([404, `<?xml version="1.0" encoding="utf-8"?>${text}`])
    await desk.setSwitch('missingReads', 200)
    const missing = await desk.send('GET', '/api/serviceorders/1', undefined, { headers: xml })
    await desk.setSwitch('missingReads', 404)
    expect(parseXml(missing.text)).toMatchObject({
      name: 'ServiceOrderSummary',
      attributes: new Map([['nil', 'true']]),
    })
  })
})

describe('other bodies', () => {
  it('a form', async () => {
    const body = new URLSearchParams({
      AccountNumber: String(firstAccount),
      BriefDescription: nasty,
      'DateTimeOpened.DateTime': '2026-01-05T09:00:00',
    }).toString()
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const { json } = await desk.send('POST', '/api/serviceorders', body, { headers })
    const expected = { BriefDescription: nasty, DateTimeOpened: '2026-01-05T09:00:00' }
    expect(json.ServiceOrderSummary.ServiceOrder).toMatchObject(expected)
  })

  it.each([
    ['{"AccountNumber":', 'application/json', 400],
    ['[1]', 'application/json', 400],
    ['"text"', 'application/json', 400],
    ['', 'application/json', 400],
    ['<a><b></a>', 'application/xml', 400],
    ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hosts">]><a>&b;</a>', 'application/xml', 400],
    ['AccountNumber: 1', 'text/plain', 415],
  ])('%s as %s is answered %i', async (body, type, status) => {
    const answer = await desk.send('POST', '/api/serviceorders', body, { headers: { 'Content-Type': type } })
    expect(answer.status).toBe(status)
    expect(answer.json.Message).toMatch(/^The request/)
  })

  it('names like those of every object do no harm', async () => {
    const body = '<a><constructor>1</constructor><__proto__>2</__proto__><BriefDescription>x</BriefDescription></a>'
    const answer = await desk.send('POST', '/api/serviceorders', body, { headers: { 'Content-Type': 'text/xml' } })
    expect(answer.json.Message).toBe('AccountNumber is required.')
  })
})

describe('what is unset', () => {
  it('is null in JSON, or left out by a switch', async () => {
    const number = await desk.order()
    expect((await desk.read(number)).ServiceOrder).toHaveProperty('InvoiceNumber', null)
    await desk.setSwitch('leaveOutNulls', true)
    const shorter = await desk.read(number)
    await desk.setSwitch('leaveOutNulls', false)
    expect(Object.keys(shorter.ServiceOrder)).not.toContain('InvoiceNumber')
    expect(shorter.ServiceOrder).toMatchObject(goodOrder)
  })
})

describe('the media type of an answer', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
    ['application/xml', 'application/xml'],
    ['application/json;q=0.5, text/xml', 'text/xml'],
    ['text/html, application/xml;q=0.9, */*;q=0.8', 'application/xml'],
    ['application/xml;q=0, application/json', 'application/json'],
  ])('%s gets %s', (accept, type) => {
    expect(chooseType(accept)).toBe(type)
  })
})

describe('the XML reader', () => {
  it('knows namespaces, prefixes, references and line ends', () => {
    const root = parseXml('\uFEFF<a xmlns="urn:one" xmlns:p="urn:two" k="&quot;1"><p:b/>x\r\ny&#x41;&#66;</a>')
    expect(root).toMatchObject({ name: 'a', namespace: 'urn:one', text: 'x\nyAB' })
    expect(root.attributes.get('k')).toBe('"1')
    expect(root.children[0]).toMatchObject({ name: 'b', namespace: 'urn:two', source: '<p:b/>' })
  })

  it.each([
    '',
    'x',
    '<a>',
    '<a/><b/>',
    '<a></b>',
    '<a b=c/>',
    '<p:a/>',
    '<a>&nbsp;</a>',
    '<a>&amp</a>',
    '<!-- x',
    '<a><![CDATA[x</a>',
  ])('%s is refused', (text) => {
    expect(() => parseXml(text)).toThrow(XmlError)
  })
})
