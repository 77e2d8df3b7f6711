import { Alert, Button, Group, List, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { openHeld } from '../../api/generated/sdk.gen.ts'
import type { HeldPreview } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useMappingsChanged } from './use-mappings.ts'

const clientsShown = 8

/** After mapping: what was wrong there already opens no tickets by itself; here is the way to have them. */
export function HeldBefore({
  integrationId,
  held,
  onLeave,
}: {
  integrationId: number
  held: HeldPreview
  onLeave(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const changed = useMappingsChanged()
  const [isAsking, setAsking] = useState(false)
  const { total, clients, pausedUntil } = held
  const words = t('accounts.held', { count: total, clients: clients.length, ...terms })
  async function run(): Promise<void> {
    await call(openHeld({ path: { id: integrationId }, body: { expected: total } }))
    onLeave()
    await changed()
  }
  return (
    <Alert color="blue" title={words} role="status">
      {pausedUntil === null ? (
        <Group gap="xs">
          <Text size="sm">{t('accounts.heldText', { ...terms })}</Text>
          <Button size="compact-sm" onClick={() => setAsking(true)}>
            {t('accounts.openHeld', { count: total, ...terms })}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onLeave}>
            {t('accounts.leaveHeld')}
          </Button>
        </Group>
      ) : (
        <Text size="sm" component="div">
          {t('accounts.heldPaused')} <Moment at={pausedUntil} />
        </Text>
      )}
      {isAsking && (
        <Confirm
          title={t('accounts.openHeldTitle', { count: total, ...terms })}
          action={t('accounts.openHeld', { count: total, ...terms })}
          isDangerous={false}
          run={run}
          onClose={() => setAsking(false)}
        >
          <List size="sm">
            {clients.slice(0, clientsShown).map(({ tenantId, name, count }) => (
              <List.Item key={tenantId}>
                {name}: {count}
              </List.Item>
            ))}
          </List>
          {clients.length > clientsShown && (
            <Text size="sm" c="dimmed">
              {t('accounts.moreClients', { count: clients.length - clientsShown })}
            </Text>
          )}
        </Confirm>
      )}
    </Alert>
  )
}
