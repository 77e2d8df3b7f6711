import { ConnectorError } from '../../failure.ts'
import type { PsaOptions } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { limitsFromFields } from './limits.ts'
import { optionsOf, staffToOptions } from './map.ts'
import { queryAll } from './query.ts'
import { Fields, Resource, ResourceRole, Role, resourceFields, resourceRoleFields, roleFields } from './wire.ts'

/** Reads every list and length that rules are made from and judged by. */
export async function readOptions(context: Context): Promise<PsaOptions> {
  const ticket = await readFields(context, 'Tickets')
  const note = await readFields(context, 'TicketNotes')
  const statuses = optionsOf(ticket, 'status')
  return {
    choices: {
      newStatus: statuses,
      closedStatus: statuses,
      source: optionsOf(ticket, 'source'),
      ticketType: optionsOf(ticket, 'ticketType'),
      noteType: optionsOf(note, 'noteType'),
      notePublish: optionsOf(note, 'publish'),
      queue: optionsOf(ticket, 'queueID'),
      priority: optionsOf(ticket, 'priority'),
      issueType: optionsOf(ticket, 'issueType'),
      subIssueType: optionsOf(ticket, 'subIssueType'),
      ticketCategory: optionsOf(ticket, 'ticketCategory'),
      ...(await readStaff(context)),
    },
    extra: { limits: limitsFromFields(ticket, note) },
  }
}

function readFields(context: Context, entity: string): Promise<Fields> {
  return call(context, { method: 'GET', path: `${entity}/entityInformation/fields`, write: false }, Fields)
}

/**
 * Assigning a person is optional, so a security level that hides the staff must not stop tickets: the lists are left out
 * and `check` says which right is missing.
 */
async function readStaff(context: Context): Promise<PsaOptions['choices']> {
  try {
    const resources = await queryAll(context, { entity: 'Resources', where: [], fields: resourceFields, row: Resource })
    const roles = await queryAll(context, { entity: 'Roles', where: [], fields: roleFields, row: Role })
    const holdings = await queryAll(context, {
      entity: 'ResourceRoles',
      where: [],
      fields: resourceRoleFields,
      row: ResourceRole,
    })
    return staffToOptions(resources, roles, holdings)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.reason !== 'missing-right') throw error
    return {}
  }
}
