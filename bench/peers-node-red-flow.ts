/**
 * The flow as a technician builds it in the editor: take the event, answer, look at its state, and ask the desk to open
 * or to close. Which ticket belongs to which thing is kept in the flow's context.
 */

/** `settings.js`: everything as Node-RED ships it, but no editor, loopback only, and quiet. */
export const nodeRedSettings = `module.exports = {
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  httpNodeRoot: '/',
  credentialSecret: false,
  diagnostics: { enabled: false },
  telemetry: { enabled: false },
  logging: { console: { level: 'fatal', metrics: false, audit: false } },
}
`

const prepareOpen = (deskUrl: string): string => `
const { reference, title } = msg.payload
msg.reference = reference
msg.url = '${deskUrl}/tickets'
msg.payload = { reference, title, description: title + ': update.', fields: {} }
return msg`

const keepTicket = `
if (msg.statusCode !== 200) { node.error('not opened: ' + msg.statusCode, msg); return null }
flow.set(msg.reference.replaceAll('-', '_'), msg.payload.id)
return null`

const prepareClose = (deskUrl: string): string => `
const key = msg.payload.reference.replaceAll('-', '_')
const id = flow.get(key)
if (id === undefined) { node.error('no ticket is known', msg); return null }
msg.key = key
msg.url = '${deskUrl}/tickets/' + id + '/close'
msg.payload = { resolution: 'All is well again.' }
return msg`

const forgetTicket = `
if (msg.statusCode !== 200) { node.error('not closed: ' + msg.statusCode, msg); return null }
flow.set(msg.key, undefined)
return null`

export function nodeRedFlow(deskUrl: string): object[] {
  // A node without a place on the sheet would be taken for a settings node.
  const node = (id: string, type: string, rest: object): object => ({
    id,
    type,
    z: 'flow',
    name: id,
    x: 100,
    y: 100,
    ...rest,
  })
  const code = (id: string, func: string, ...wires: string[]): object =>
    node(id, 'function', {
      func,
      outputs: 1,
      timeout: 0,
      noerr: 0,
      initialize: '',
      finalize: '',
      libs: [],
      wires: [wires],
    })
  // Kept connections are a tick in the node's form; without it each request opens one.
  const call = (id: string, next: string): object =>
    node(id, 'http request', { method: 'POST', ret: 'obj', paytoqs: 'ignore', url: '', persist: true, wires: [[next]] })
  return [
    { id: 'flow', type: 'tab', label: 'Tickets', disabled: false, info: '' },
    node('event', 'http in', { url: '/event', method: 'post', upload: false, wires: [['accepted', 'state']] }),
    node('accepted', 'http response', { statusCode: '200', headers: {}, wires: [] }),
    node('state', 'switch', {
      property: 'payload.state',
      propertyType: 'msg',
      rules: [
        { t: 'eq', v: 'open', vt: 'str' },
        { t: 'eq', v: 'clear', vt: 'str' },
      ],
      checkall: 'false',
      repair: false,
      outputs: 2,
      wires: [['prepare-open'], ['prepare-close']],
    }),
    code('prepare-open', prepareOpen(deskUrl), 'open'),
    call('open', 'keep-ticket'),
    code('keep-ticket', keepTicket),
    code('prepare-close', prepareClose(deskUrl), 'close'),
    call('close', 'forget-ticket'),
    code('forget-ticket', forgetTicket),
  ]
}
