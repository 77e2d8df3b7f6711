import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CheckReport, Connection } from '../../api/generated/types.gen.ts'
import { Failed, Loading } from '../../ui/states.tsx'
import { ShownReport } from '../connections/check-report.tsx'
import { ConnectionForm } from '../connections/connection-form.tsx'
import {
  type ConnectionKind,
  connectionsQuery,
  connectorsOf,
  connectorsQuery,
  isOwn,
  tryOut,
} from '../connections/connection-kinds.ts'

/** Connects a security product or a desk and tells what was seen; later, what is connected and a way to check it anew. */
export function ConnectionStep({
  kind,
  id,
  onSaved,
}: {
  kind: ConnectionKind
  id: number | null
  onSaved(): void
}): ReactNode {
  const connectors = useQuery(connectorsQuery)
  const connections = useQuery(connectionsQuery(kind))
  const [report, setReport] = useState<CheckReport | null>(null)
  const error = connectors.error ?? connections.error
  if (connectors.data === undefined || connections.data === undefined) {
    return error === null ? <Loading /> : <Failed error={error} retry={() => void connectors.refetch()} />
  }
  const connection = connections.data.find((one) => one.id === id)
  if (connection !== undefined) return <Connected kind={kind} connection={connection} report={report} />
  return (
    <ConnectionForm
      kind={kind}
      connectors={connectorsOf(kind, connectors.data).filter(({ id: connector }) => !isOwn(connector))}
      onSaved={(saved) => {
        setReport(saved.report)
        onSaved()
      }}
    />
  )
}

function Connected({
  kind,
  connection,
  report,
}: {
  kind: ConnectionKind
  connection: Connection
  /** Of the check before it was saved. */
  report: CheckReport | null
}): ReactNode {
  const { t } = useTranslation()
  const checking = useMutation({ mutationFn: () => tryOut(kind, { id: connection.id }) })
  const shown = checking.data ?? report
  return (
    <Stack gap="sm">
      <Text size="sm">
        {t('setup.connected', { name: connection.name })}{' '}
        <Anchor component={Link} to={`/connections/${kind}/${connection.id}`} size="sm" underline="always">
          {t('setup.change')}
        </Anchor>
      </Text>
      {checking.error !== null && <Failed error={checking.error} />}
      {shown !== null && checking.error === null && <ShownReport report={shown} />}
      <Group>
        <Button variant="default" size="compact-sm" loading={checking.isPending} onClick={() => checking.mutate()}>
          {t('connections.checkNow')}
        </Button>
      </Group>
    </Stack>
  )
}
