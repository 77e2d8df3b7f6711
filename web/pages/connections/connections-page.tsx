import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/generated/types.gen.ts'
import { useCurrentIntegration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import {
  type ConnectionKind,
  connectionsQuery,
  connectorNamed,
  connectorsQuery,
  isOwn,
  statusQuery,
} from './connection-kinds.ts'
import { StateBadge, stateOf } from './connection-state.tsx'
import { DeleteConnection } from './delete-connection.tsx'
import { ReadNow } from './read-now.tsx'

/** Security products and ticket desks that Tocsin is connected with, and how they are doing. */
export function ConnectionsPage(): ReactNode {
  const { t } = useTranslation()
  return (
    <Page title={t('nav.connections')} lead={t('connections.lead')}>
      <Connections kind="source" />
      <Connections kind="psa" />
    </Page>
  )
}

function Connections({ kind }: { kind: ConnectionKind }): ReactNode {
  const { t } = useTranslation()
  const may = useMay('administrator')
  const connections = useQuery(connectionsQuery(kind))
  const connectors = useQuery(connectorsQuery)
  const status = useQuery(statusQuery)
  const { all: integrations } = useCurrentIntegration()
  const [deleting, setDeleting] = useState<Connection | null>(null)
  const usedBy = (id: number) => integrations.filter((one) => (kind === 'source' ? one.sourceId : one.psaId) === id)
  const error = connections.error ?? connectors.error
  const add = may && (
    <Button component={Link} to={`/connections/new/${kind}`} size="compact-sm">
      {t(`connections.add.${kind}`)}
    </Button>
  )
  const { data } = connections
  return (
    <Stack gap="xs" component="section" aria-label={t(`connections.kinds.${kind}`)}>
      <Group justify="space-between">
        <Title order={2}>{t(`connections.kinds.${kind}`)}</Title>
        {add}
      </Group>
      {error !== null && <Failed error={error} retry={() => void connections.refetch()} />}
      {data === undefined ? (
        error === null && <Loading />
      ) : data.length === 0 ? (
        <Empty title={t(`connections.none.${kind}`)}>{t('connections.noneText')}</Empty>
      ) : (
        <DataTable
          caption={t(`connections.kinds.${kind}`)}
          rows={data}
          rowKey={({ id }) => id}
          columns={[
            {
              key: 'name',
              title: t('connections.name'),
              cell: ({ id, name, connector }) => (
                <>
                  <Anchor component={Link} to={`/connections/${kind}/${id}`} size="sm" fw={600}>
                    {name}
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    {connectors.data === undefined
                      ? connector
                      : (connectorNamed(kind, connectors.data, connector)?.name ?? connector)}
                  </Text>
                </>
              ),
            },
            {
              key: 'state',
              title: t('connections.stateTitle'),
              width: '34%',
              cell: ({ id }) => {
                const state = stateOf(kind, id, status.data)
                return (
                  <Stack gap={2} align="flex-start">
                    <StateBadge state={state} />
                    {state?.words != null && (
                      <Text size="xs" lineClamp={2} title={state.words} ta="left">
                        {state.words}
                      </Text>
                    )}
                  </Stack>
                )
              },
            },
            {
              key: 'read',
              title: t('connections.lastRead'),
              width: 130,
              cell: ({ id }) => <Moment at={stateOf(kind, id, status.data)?.lastGoodAt ?? null} />,
            },
            {
              key: 'used',
              title: t('connections.usedBy'),
              cell: ({ id }) =>
                usedBy(id)
                  .map(({ name }) => name)
                  .join(', ') || '–',
            },
            {
              key: 'acts',
              title: t('connections.acts'),
              hidden: true,
              width: 240,
              cell: (connection) => (
                <Group gap={4} justify="flex-end">
                  <ReadNow kind={kind} id={connection.id} name={connection.name} />
                  {may && (
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      onClick={() => setDeleting(connection)}
                      aria-label={t('connections.deleteOf', { name: connection.name })}
                    >
                      {t('connections.delete')}
                    </Button>
                  )}
                </Group>
              ),
            },
          ]}
        />
      )}
      {kind === 'source' && data !== undefined && may && !data.some(({ connector }) => isOwn(connector)) && (
        <Text size="xs" c="dimmed">
          {t('connections.ownHint')}
        </Text>
      )}
      {deleting !== null && (
        <DeleteConnection
          kind={kind}
          connection={deleting}
          usedBy={usedBy(deleting.id)}
          onClose={() => setDeleting(null)}
        />
      )}
    </Stack>
  )
}
