import { companyFields, companyLocationFields, configurationItemFields, contactFields } from './company-fields.ts'
import { contractEntities } from './contract-fields.ts'
import { defineEntity, type Entity } from './entity.ts'
import {
  billingCodeFields,
  resourceFields,
  resourceRoleFields,
  resourceServiceDeskRoleFields,
  roleFields,
} from './staff-fields.ts'
import {
  deletedTicketLogFields,
  ticketCategoryFieldDefaultsFields,
  ticketCategoryFields,
  ticketFields,
  ticketHistoryFields,
  ticketNoteFields,
} from './ticket-fields.ts'
import { webhookEntities } from './webhook-fields.ts'

/** The ticket entity, named because its rules are its own. */
export const ticketEntity = defineEntity('Ticket', 'Tickets', ticketFields, {
  indexes: ['externalID', 'ticketNumber', 'companyID', 'configurationItemID'],
  orderedBy: 'lastTrackedModificationDateTime',
  sendsWebhooks: true,
})

/** The note entity. */
export const ticketNoteEntity = defineEntity('TicketNote', 'TicketNotes', ticketNoteFields, {
  indexes: ['ticketID'],
  sendsWebhooks: true,
})

/** The change log: its rows are made from the ticket history when asked for. */
export const ticketHistoryEntity = defineEntity('TicketHistory', 'TicketHistory', ticketHistoryFields)

/** Every entity that is kept in a table of its own. */
export const tableEntities: readonly Entity[] = [
  ticketEntity,
  ticketNoteEntity,
  defineEntity('Company', 'Companies', companyFields, { indexes: ['companyNumber'], sendsWebhooks: true }),
  defineEntity('Contact', 'Contacts', contactFields, { indexes: ['companyID'], sendsWebhooks: true }),
  defineEntity('CompanyLocation', 'CompanyLocations', companyLocationFields, { indexes: ['companyID'] }),
  defineEntity('ConfigurationItem', 'ConfigurationItems', configurationItemFields, {
    indexes: ['companyID', 'referenceNumber', 'referenceTitle'],
    sendsWebhooks: true,
  }),
  // Products are referred to by configuration items; the emulator serves no route for them.
  defineEntity('Product', 'Products', 'id L ro\nname s100 R\nisActive b'),
  defineEntity('Resource', 'Resources', resourceFields),
  defineEntity('Role', 'Roles', roleFields),
  defineEntity('ResourceRole', 'ResourceRoles', resourceRoleFields, { indexes: ['resourceID'] }),
  defineEntity('ResourceServiceDeskRole', 'ResourceServiceDeskRoles', resourceServiceDeskRoleFields, {
    indexes: ['resourceID'],
  }),
  defineEntity('BillingCode', 'BillingCodes', billingCodeFields),
  defineEntity('TicketCategory', 'TicketCategories', ticketCategoryFields),
  defineEntity('TicketCategoryFieldDefaults', 'TicketCategoryFieldDefaults', ticketCategoryFieldDefaultsFields, {
    indexes: ['ticketCategoryID'],
  }),
  defineEntity('DeletedTicketLog', 'DeletedTicketLogs', deletedTicketLogFields, { indexes: ['ticketID'] }),
  ...contractEntities,
  ...webhookEntities,
]
