import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'
import { parseXml } from '../wire/xml-read.ts'

const v11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const v12 = 'http://www.w3.org/2003/05/soap-envelope'
const name = 'SubmitAgreementAdditionalCharges'
const action = `"http://www.tigerpawsoftware.com/${name}"`

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk({ user: 'soap & user', password: 'p<w>d"' })
})
afterAll(() => desk.stop())

type Wish = {
  envelope?: string
  header?: string
  operation?: string
  user?: string
  password?: string
  body?: string
  headers?: Record<string, string>
}

async function call(wish: Wish = {}): Promise<{ status: number; type: string; text: string }> {
  const { envelope = v11, user = 'soap &amp; user', password = 'p&lt;w&gt;d"' } = wish
  const auth = `<AuthHeader xmlns="${wish.header ?? 'http://www.tigerpawsoftware.com/'}"><UserName>${user}</UserName><Password>${password}</Password></AuthHeader>`
  const params = '<Params><Charge><AgreementNumber>901</AgreementNumber><Quantity>7</Quantity></Charge></Params>'
  const operation = `<${name} xmlns="${wish.operation ?? 'http://www.tigerpawsoftware.com'}">${params}</${name}>`
  const body = `<s:Envelope xmlns:s="${envelope}"><s:Header>${auth}</s:Header><s:Body>${operation}</s:Body></s:Envelope>`
  const headers =
    envelope === v12 ? { 'Content-Type': 'application/soap+xml' } : { 'Content-Type': 'text/xml', SOAPAction: action }
  const answer = await request(`${desk.ready.url}/api/rmm/tsiWS.asmx`, {
    method: 'POST',
    headers: { ...headers, ...wish.headers },
    body: wish.body ?? body,
  })
  return { status: answer.statusCode, type: String(answer.headers['content-type']), text: await answer.body.text() }
}

describe('SubmitAgreementAdditionalCharges', () => {
  it.each([
    ['1.1', v11, 'text/xml; charset=utf-8'],
    ['1.2', v12, 'application/soap+xml; charset=utf-8'],
  ])('SOAP %s', async (_, envelope, type) => {
    const answer = await call({ envelope })
    expect([answer.status, answer.type]).toEqual([200, type])
    const root = parseXml(answer.text)
    expect([root.name, root.namespace]).toEqual(['Envelope', envelope])
    const response = root.children[0]?.children[0]
    expect([response?.name, response?.namespace]).toEqual([`${name}Response`, 'http://www.tigerpawsoftware.com'])
    expect(response?.children[0]?.name).toBe(`${name}Result`)
    const kept = desk.emulator.control.getState({ part: 'soap' }) as { operation: string; params: string }[]
    expect(kept.at(-1)).toMatchObject({ operation: name, params: expect.stringContaining('<Quantity>7</Quantity>') })
  })

  it('answers what a switch has it answer', async () => {
    await desk.setSwitch('soapResult', '<Outcome code="7"/>')
    expect((await call()).text).toContain(`<${name}Result><Outcome code="7"/></${name}Result>`)
  })
})

describe('faults', () => {
  const denied = 'Server was unable to process request. ---&gt; Invalid user name or password.'

  it.each<[string, Wish, string, string]>([
    ['a wrong password', { password: 'x' }, 'soap:Server', denied],
    ['a wrong user', { user: 'x' }, 'soap:Server', denied],
    [
      'a header in the namespace of the operation',
      { header: 'http://www.tigerpawsoftware.com' },
      'soap:Server',
      denied,
    ],
    [
      'an operation in the namespace of the header',
      { operation: 'http://www.tigerpawsoftware.com/' },
      'soap:Client',
      'Server did not recognize the operation',
    ],
    [
      'another SOAPAction',
      { headers: { SOAPAction: '"x"' } },
      'soap:Client',
      'Server did not recognize the value of HTTP Header SOAPAction: x.',
    ],
    [
      'an envelope of 1.2',
      { envelope: v12, headers: { 'Content-Type': 'text/xml', SOAPAction: action } },
      'soap:Client',
      'Possible SOAP version mismatch',
    ],
    ['no XML', { body: 'x' }, 'soap:Client', 'Server was unable to read request.'],
    [
      'an empty body',
      { body: `<s:Envelope xmlns:s="${v11}"><s:Body/></s:Envelope>` },
      'soap:Client',
      'Server did not recognize the operation',
    ],
  ])('%s', async (_, wish, code, text) => {
    const answer = await call(wish)
    expect([answer.status, answer.type]).toEqual([500, 'text/xml; charset=utf-8'])
    expect(answer.text).toContain(`<soap:Fault><faultcode>${code}</faultcode><faultstring>${text}`)
    expect(answer.text).not.toContain(desk.ready.password)
  })

  it('of SOAP 1.2 have another form', async () => {
    const answer = await call({ envelope: v12, password: 'x' })
    expect([answer.status, answer.type]).toEqual([500, 'application/soap+xml; charset=utf-8'])
    expect(answer.text).toContain('<soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code>')
  })

  it('another media type, and another method', async () => {
    expect((await call({ headers: { 'Content-Type': 'application/json' } })).status).toBe(415)
    const page = await request(`${desk.ready.url}/api/rmm/tsiws.asmx?op=${name}`)
    expect([page.statusCode, (await page.body.text()).includes(name)]).toEqual([200, true])
    const put = await request(`${desk.ready.url}/api/rmm/tsiWS.asmx`, { method: 'PUT', body: 'x' })
    expect([put.statusCode, await put.body.text()]).toEqual([405, 'Method Not Allowed'])
  })

  it('a password that was changed', async () => {
    await desk.act('setKeys', { password: 'new' })
    expect((await call()).status).toBe(500)
    expect((await call({ password: 'new' })).status).toBe(200)
  })
})
