import { Anchor, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/generated/types.gen.ts'
import { useCurrentIntegration } from '../../app/current-integration.ts'
import { NotFound } from '../../app/not-found.tsx'
import { useMay } from '../../app/session.ts'
import { useSettingsFields } from '../../connectors/use-settings-fields.ts'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { ShownReport } from './check-report.tsx'
import { ConnectionForm } from './connection-form.tsx'
import {
  type ConnectionKind,
  type Connector,
  connectionsQuery,
  connectorNamed,
  connectorsQuery,
  isKind,
  isOwn,
  statusQuery,
  tryOut,
} from './connection-kinds.ts'
import { StateBadge, stateOf } from './connection-state.tsx'
import { DeleteConnection } from './delete-connection.tsx'
import { ReadNow } from './read-now.tsx'

/** One connection: how it is doing, and its settings. */
export function ConnectionPage(): ReactNode {
  const { t } = useTranslation()
  const { kind, id } = useParams({ strict: false }) as { kind: string; id: string }
  const known = isKind(kind) ? kind : 'source'
  const connections = useQuery(connectionsQuery(known))
  const connectors = useQuery(connectorsQuery)
  const error = connections.error ?? connectors.error
  if (!isKind(kind)) return <NotFound />
  if (connections.data === undefined || connectors.data === undefined) {
    return (
      <Page title={t('nav.connections')}>
        {error === null ? <Loading /> : <Failed error={error} retry={() => void connections.refetch()} />}
      </Page>
    )
  }
  const connection = connections.data.find((one) => String(one.id) === id)
  if (connection === undefined) return <NotFound />
  const connector = connectorNamed(kind, connectors.data, connection.connector)
  return <Shown key={connection.id} kind={kind} connection={connection} connector={connector} />
}

function Shown({
  kind,
  connection,
  connector,
}: {
  kind: ConnectionKind
  connection: Connection
  connector: Connector | undefined
}): ReactNode {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay('administrator')
  const { all } = useCurrentIntegration()
  const [isDeleting, setDeleting] = useState(false)
  const { id, name } = connection
  const usedBy = all.filter((one) => (kind === 'source' ? one.sourceId : one.psaId) === id)
  return (
    <Page
      title={name}
      lead={
        <>
          <Anchor component={Link} to="/connections" size="sm" underline="always">
            {t('connections.back')}
          </Anchor>{' '}
          · {connector?.name ?? connection.connector}
        </>
      }
      actions={
        <>
          {connector?.pushed === true && (
            <Button component={Link} to={`/connections/source/${id}/hub`} size="compact-sm">
              {t('connections.toHub')}
            </Button>
          )}
          <ReadNow kind={kind} id={id} name={name} />
          {may && (
            <Button size="compact-sm" variant="subtle" color="red" onClick={() => setDeleting(true)}>
              {t('connections.delete')}
            </Button>
          )}
        </>
      }
    >
      <Condition kind={kind} connection={connection} canCheck={may && !isOwn(connection.connector)} />
      <Card withBorder component="section">
        <Title order={2} mb="sm">
          {t('connections.settings')}
        </Title>
        {may ? (
          <ConnectionForm
            kind={kind}
            connectors={connector === undefined ? [] : [connector]}
            stored={connection}
            onSaved={() => undefined}
          />
        ) : (
          <ReadSettings connection={connection} connector={connector} />
        )}
      </Card>
      {isDeleting && (
        <DeleteConnection
          kind={kind}
          connection={connection}
          usedBy={usedBy}
          onDeleted={() => void navigate({ to: '/connections', ignoreBlocker: true })}
          onClose={() => setDeleting(false)}
        />
      )}
    </Page>
  )
}

/** What is read of it, when it last went well, and what is wrong. */
function Condition({
  kind,
  connection: { id },
  canCheck,
}: {
  kind: ConnectionKind
  connection: Connection
  canCheck: boolean
}): ReactNode {
  const { t } = useTranslation()
  const status = useQuery(statusQuery)
  const state = stateOf(kind, id, status.data)
  const checking = useMutation({ mutationFn: () => tryOut(kind, { id }) })
  return (
    <Card withBorder component="section">
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm">
            <Title order={2}>{t('connections.stateTitle')}</Title>
            <StateBadge state={state} />
          </Group>
          {canCheck && (
            <Button size="compact-sm" variant="default" loading={checking.isPending} onClick={() => checking.mutate()}>
              {t('connections.checkNow')}
            </Button>
          )}
        </Group>
        {state?.words != null && <Text size="sm">{state.words}</Text>}
        <Table verticalSpacing={4} variant="vertical" layout="fixed">
          <Table.Tbody>
            {(state?.duties ?? []).map(({ kind: duty, lastGoodAt, running }) => (
              <Table.Tr key={duty}>
                <Table.Th w={260} fw={400} c="dimmed" scope="row">
                  {t(`connections.duties.${duty}`)}
                </Table.Th>
                <Table.Td>{running ? t('connections.running') : <Moment at={lastGoodAt} />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {checking.error !== null && <Failed error={checking.error} />}
        {checking.data !== undefined && <ShownReport report={checking.data} />}
      </Stack>
    </Card>
  )
}

function ReadSettings({
  connection,
  connector,
}: {
  connection: Connection
  connector: Connector | undefined
}): ReactNode {
  const { t } = useTranslation()
  const fields = useSettingsFields(connection.connector, connector?.settings ?? [])
  return (
    <Table verticalSpacing={4} variant="vertical" layout="fixed">
      <Table.Tbody>
        {fields.map(({ key, title, secret, titles }) => {
          const value = connection.settings[key]
          return (
            <Table.Tr key={key}>
              <Table.Th w={200} fw={400} c="dimmed" scope="row">
                {title}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {secret
                  ? t(connection.secretsSet.includes(key) ? 'connections.isSet' : 'connections.isNotSet')
                  : typeof value === 'boolean'
                    ? t(value ? 'connections.yes' : 'connections.no')
                    : (titles[String(value)] ?? String(value ?? '')) || '–'}
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
