/** A user-defined field of the emulated tenant (autotask-api.md 4, UdfInfo). */
export type UdfDefinition = {
  name: string
  dataType: 'string' | 'datetime' | 'decimal'
  length: number
  /** Allowed values of a list field, else null. */
  values: readonly string[] | null
  /** Set on create when nothing is sent. */
  defaultValue: string
}

const text = (name: string, length = 255): UdfDefinition => ({
  name,
  dataType: 'string',
  length,
  values: null,
  defaultValue: '',
})

/** User-defined fields by entity; an entity that is missing here has none. */
export const udfsByEntity: Readonly<Record<string, readonly UdfDefinition[]>> = {
  Ticket: [
    text('Kaspersky Incident'),
    text('[Service] Ticket ID', 100),
    { name: 'Affected Seats', dataType: 'decimal', length: 0, values: null, defaultValue: '' },
    { name: 'Reviewed On', dataType: 'datetime', length: 0, values: null, defaultValue: '' },
    { name: 'Impact', dataType: 'string', length: 0, values: ['One user', 'Department', 'Company'], defaultValue: '' },
  ],
  Company: [text('Kaspersky Tenant'), text('Contract Manager')],
  Contact: [text('Badge Number', 50)],
  ConfigurationItem: [text('Kaspersky Host ID', 100)],
}
