// Every table of the tenant.
import {
  additionEntity,
  agreementEntity,
  agreementTypeEntity,
  billingCycleEntity,
  catalogEntity,
} from './billing-fields.ts'
import {
  associationEntity,
  boardEntity,
  itemEntity,
  statusEntity,
  subTypeEntity,
  teamEntity,
  typeEntity,
} from './board-fields.ts'
import { callbackEntity } from './callback-fields.ts'
import {
  companyEntity,
  companyStatusEntity,
  companyTypeEntity,
  configurationEntity,
  configurationStatusEntity,
  configurationTypeEntity,
  contactEntity,
  contactTypeEntity,
  siteEntity,
} from './company-fields.ts'
import type { Entity } from './entity.ts'
import {
  customFieldEntity,
  departmentEntity,
  impactEntity,
  locationEntity,
  memberEntity,
  priorityEntity,
  serviceLocationEntity,
  severityEntity,
  sourceEntity,
} from './setup-fields.ts'
import { noteEntity, ticketDeviceEntity, ticketEntity } from './ticket-fields.ts'

/** The entities that have a table of their own. */
export const tableEntities: readonly Entity[] = [
  ticketEntity,
  noteEntity,
  ticketDeviceEntity,
  boardEntity,
  statusEntity,
  typeEntity,
  subTypeEntity,
  itemEntity,
  associationEntity,
  teamEntity,
  priorityEntity,
  sourceEntity,
  severityEntity,
  impactEntity,
  serviceLocationEntity,
  locationEntity,
  departmentEntity,
  memberEntity,
  customFieldEntity,
  companyEntity,
  companyStatusEntity,
  companyTypeEntity,
  siteEntity,
  contactEntity,
  contactTypeEntity,
  configurationEntity,
  configurationTypeEntity,
  configurationStatusEntity,
  agreementEntity,
  agreementTypeEntity,
  billingCycleEntity,
  additionEntity,
  catalogEntity,
  callbackEntity,
]
