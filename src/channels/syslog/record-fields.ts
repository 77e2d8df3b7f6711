import type { Field } from '../message.ts'
import type { SyslogRecord } from './parse.ts'

/** Structured data of KSC: its parameters stand under their own names, those of others as `id/name`. */
const kasperskyElement = 'event@23668'

/** Everything a record names, the header first. Names that hold a dot are ours: they cannot come from a sender's CEF. */
export function* recordFields(record: SyslogRecord): Generator<Field> {
  yield { name: 'syslog.form', value: record.form }
  if (record.facility !== null) yield { name: 'syslog.facility', value: String(record.facility) }
  if (record.severity !== null) yield { name: 'syslog.severity', value: String(record.severity) }
  if (record.host !== '') yield { name: 'syslog.host', value: record.host }
  if (record.tag !== '') yield { name: 'syslog.tag', value: record.tag }
  if (record.processId !== '') yield { name: 'syslog.process', value: record.processId }
  if (record.messageId !== '') yield { name: 'syslog.message-id', value: record.messageId }
  if (record.payload?.kind === 'cef') {
    const { cef } = record.payload
    yield { name: 'cef.vendor', value: cef.vendor }
    yield { name: 'cef.product', value: cef.product }
    yield { name: 'cef.version', value: cef.version }
    yield { name: 'cef.id', value: cef.eventId }
    yield { name: 'cef.name', value: cef.name }
    yield { name: 'cef.severity', value: cef.severity }
    yield* senderFields(cef.extension)
    return
  }
  if (record.payload?.kind === 'leef') {
    const { leef } = record.payload
    yield { name: 'leef.vendor', value: leef.vendor }
    yield { name: 'leef.product', value: leef.product }
    yield { name: 'leef.version', value: leef.version }
    yield { name: 'leef.id', value: leef.eventId }
    yield* senderFields(leef.attributes)
    return
  }
  for (const { id, params } of record.structured) {
    if (id === kasperskyElement) yield { name: 'syslog.element', value: id }
    const prefix = id === kasperskyElement ? '' : `${id}/`
    for (const { name, value } of senderFields(params)) yield { name: prefix + name, value }
  }
  yield { name: 'syslog.message', value: record.message }
}

const ours = /^(?:syslog|cef|leef)\./

/** What a sender names like one of ours gets a mark in front, so that it cannot pass for a fact about the message. */
function* senderFields(fields: readonly Field[]): Generator<Field> {
  for (const { name, value } of fields) yield ours.test(name) ? { name: `sender:${name}`, value } : { name, value }
}
