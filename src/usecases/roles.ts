import { mayAct, type Role } from '../core/role.ts'

/** The role that each use case needs. One that is not named here answers nobody: a test sees to it that all are. */
const needed: Readonly<Record<string, Role>> = {
  'show-metrics': 'read-only',
  'show-openapi': 'read-only',
  'show-status': 'read-only',
  'show-overview': 'read-only',
  'list-connectors': 'read-only',
  'list-sources': 'read-only',
  'show-source': 'read-only',
  'list-psas': 'read-only',
  'show-psa': 'read-only',
  'show-options': 'read-only',
  'list-accounts': 'read-only',
  'list-integrations': 'read-only',
  'show-integration': 'read-only',
  'preview-ticket-text': 'read-only',
  'list-tenants': 'read-only',
  'list-rules': 'read-only',
  'preview-held': 'read-only',
  'list-conditions': 'read-only',
  'explain-condition': 'read-only',
  'list-events': 'read-only',
  'explain-event': 'read-only',
  'list-tickets': 'read-only',
  'show-ticket': 'read-only',

  'show-settings': 'read-only',
  'show-watch-settings': 'read-only',
  'show-drill-plan': 'read-only',
  'show-drill': 'read-only',

  'hurry-duty': 'operator',
  'run-drill': 'operator',
  'map-tenant': 'operator',
  'unmap-tenant': 'operator',
  'save-rules': 'operator',
  'open-held': 'operator',
  'retry-ticket': 'operator',
  'give-up-ticket': 'operator',

  'create-source': 'administrator',
  'update-source': 'administrator',
  'delete-source': 'administrator',
  'check-source': 'administrator',
  'create-psa': 'administrator',
  'update-psa': 'administrator',
  'delete-psa': 'administrator',
  'check-psa': 'administrator',
  'create-integration': 'administrator',
  'update-integration': 'administrator',
  'delete-integration': 'administrator',
  'save-settings': 'administrator',
  'save-watch-settings': 'administrator',
  'try-webhook': 'administrator',
  'save-drill-plan': 'administrator',

  // Of one's own.
  'sign-out': 'read-only',
  'change-password': 'read-only',
  'begin-totp': 'read-only',
  'confirm-totp': 'read-only',
  'remove-totp': 'read-only',
  'list-sessions': 'read-only',
  'revoke-session': 'read-only',

  'list-people': 'administrator',
  'update-person': 'administrator',
  'delete-person': 'administrator',
  'invite-person': 'administrator',
  'list-invitations': 'administrator',
  'revoke-invitation': 'administrator',
  'list-tokens': 'administrator',
  'create-token': 'administrator',
  'revoke-token': 'administrator',
  'list-audit': 'administrator',
  'export-audit': 'administrator',
  'verify-audit': 'administrator',
}

/** The role that `operationId` needs when `role` does not go that far; null when it does. */
export function roleNeeded(operationId: string, role: Role): Role | 'nobody' | null {
  const need = needed[operationId]
  if (need === undefined) return 'nobody'
  return mayAct(role, need) ? null : need
}
