import type { ChannelMessage } from '../../src/channels/message.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import type { SignedIn } from './api-people.ts'
import type { ApiWorld } from './api-world.ts'

/** One change by a person, and the row that it must leave in the audit log. */
export type Doing = {
  readonly action: string
  /** What must be there; not part of what is looked at. */
  readonly prepare?: () => Promise<unknown>
  readonly act: () => Promise<{ status: number; body: unknown; text?: string }>
  readonly row: object
}

/** A message whose company nobody knows. */
function messageOfNobody(sourceId: number, at: Date): ChannelMessage {
  return {
    channel: 'syslog',
    sourceId,
    key: 'nobody-1',
    receivedAt: at,
    origin: { peer: '192.0.2.7', certificate: '', host: 'fw.example', tag: 'kes', sender: '', recipient: '' },
    company: null,
    fields: [],
    raw: 'what nobody could place',
    whole: Buffer.from('what nobody could place'),
    version: 1,
    clues: [{ on: 'host', field: '', value: 'fw.example' }],
    rawBytes: 23,
    reading: {
      kind: 'event',
      product: 'endpoint-security-cloud',
      type: 'made-up',
      typeName: 'Made up',
      severity: 'warning',
      state: 'happened',
      computer: null,
      text: '',
      happenedAt: at,
    },
  }
}

/** Changes of mappings, pauses and pushed sources; `ada` is an administrator, known once the tests run. */
export function createMoreDoings(world: ApiWorld, ada: () => SignedIn): readonly Doing[] {
  const { integrationId } = world
  const path = `/api/v1/integrations/${integrationId}`
  let tenantId = 0
  let accountId = ''
  let hub = 0
  let token = 0
  let parcel = 0
  let company = 0
  return [
    {
      action: 'map-tenants',
      async prepare() {
        const [account] = await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts`)
        const { items } = await world.ok('GET', '/api/v1/tenants')
        accountId = String(account.id)
        tenantId = Number(items.find(({ mapping }: { mapping: unknown }) => mapping === null).id)
      },
      act: () => ada().ask('POST', `${path}/mappings`, { rows: [{ tenantId, accountId }] }),
      row: { subject: { kind: 'integration', id: String(integrationId) } },
    },
    {
      action: 'remove-tenants',
      act: () => ada().ask('POST', `${path}/tenants/remove`, { tenantIds: [tenantId] }),
      row: { subject: { kind: 'integration', id: String(integrationId) }, after: null },
    },
    {
      action: 'add-tenants',
      act: () => ada().ask('POST', `${path}/tenants/add`, { tenantIds: [tenantId] }),
      row: { subject: { kind: 'integration', id: String(integrationId) }, before: null },
    },
    {
      action: 'pause-integration',
      act: () =>
        ada().ask('PUT', `${path}/pause`, {
          until: new Date(world.clock.now().getTime() + 3_600_000).toISOString(),
          note: 'moving house',
        }),
      row: { subject: { kind: 'integration', id: String(integrationId) }, after: { pauseNote: 'moving house' } },
    },
    {
      action: 'create-source-token',
      async prepare() {
        const made = await world.ok('POST', '/api/v1/sources', {
          connector: 'kaspersky-hub',
          name: 'Hub',
          settings: {},
        })
        hub = Number(made.connection.id)
      },
      async act() {
        const answer = await ada().ask('POST', `/api/v1/sources/${hub}/tokens`, { name: 'Script' })
        if (answer.status === 200) token = Number(answer.body.token.id)
        return answer
      },
      row: { subject: { kind: 'source-token', name: 'Script' }, before: null },
    },
    {
      action: 'revoke-source-token',
      act: () => ada().ask('DELETE', `/api/v1/sources/${hub}/tokens/${token}`),
      row: { subject: { kind: 'source-token', name: 'Script' }, after: null },
    },
    {
      action: 'save-channels',
      act: () => ada().ask('PUT', `/api/v1/sources/${hub}/channels`, { version: 0, syslog: null }),
      row: { subject: { kind: 'source', name: 'Hub' } },
    },
    {
      action: 'assign-unread',
      prepare: () => takeMessages(world.deps, [messageOfNobody(hub, world.clock.now())]),
      async act() {
        const { unread } = await world.ok('GET', `/api/v1/sources/${hub}/inbox`)
        const [one] = unread
        return ada().ask('POST', `/api/v1/sources/${hub}/unread/assign`, {
          groupId: one?.id ?? 0,
          company: { key: 'alder', name: 'Alder' },
        })
      },
      row: { subject: { kind: 'source', name: 'Hub' }, after: { company: 'alder', messages: 1 } },
    },
    {
      action: 'remove-unread',
      prepare: () => takeMessages(world.deps, [{ ...messageOfNobody(hub, world.clock.now()), key: 'nobody-2' }]),
      async act() {
        const { unread } = await world.ok('GET', `/api/v1/sources/${hub}/inbox`)
        return ada().ask('DELETE', `/api/v1/sources/${hub}/unread-groups/${unread[0]?.id ?? 0}`)
      },
      row: { subject: { kind: 'source', name: 'Hub' }, before: { origin: 'fw.example', messages: 1 }, after: null },
    },
    {
      action: 'set-unsettled-aside',
      async prepare() {
        // As a fault of ours might leave it.
        const sql = `update inbox set failure = 'cannot be read', retry_at = now() + interval '1 day' where source_id = $1 returning id`
        const { rows } = await world.deps.pool.query<{ id: number }>(sql, [hub])
        parcel = rows[0]?.id ?? 0
      },
      act: () => ada().ask('POST', `/api/v1/sources/${hub}/unsettled/${parcel}/set-aside`, { note: 'made up' }),
      row: { subject: { kind: 'parcel', name: 'Hub' }, before: { setAside: false }, after: { note: 'made up' } },
    },
    {
      action: 'retry-unsettled',
      act: () => ada().ask('POST', `/api/v1/sources/${hub}/unsettled/${parcel}/retry`),
      row: { subject: { kind: 'parcel', name: 'Hub' }, before: { setAside: true }, after: { setAside: false } },
    },
    {
      action: 'accept-sequence',
      async prepare() {
        const { rows } = await world.deps.pool.query<{ id: number }>(
          `insert into tenants (source_id, key, name, enabled, first_seen_at) values ($1, 'far', 'Far', true, now()) returning id`,
          [hub],
        )
        company = rows[0]?.id ?? 0
        await world.deps.pool.query(
          'insert into pushed_companies (tenant_id, list_number, late_lists, late_since, heard_at) values ($1, 900, 4, now(), now())',
          [company],
        )
      },
      act: () => ada().ask('POST', `/api/v1/tenants/${company}/accept-sequence`),
      row: { subject: { kind: 'tenant', name: 'Far' }, before: { lastList: 900, below: 900, leftOut: 4 }, after: null },
    },
  ]
}
