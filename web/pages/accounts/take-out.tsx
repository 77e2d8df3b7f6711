import { List, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { removeTenants, unmapTenant } from '../../api/generated/sdk.gen.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { type MappingRow, useMappingsChanged } from './use-mappings.ts'

/** Says what happens to tickets before mappings end, with the clients or without them leaving the integration. */
export function TakeOut({
  integration,
  rows,
  andOut,
  onDone,
  onClose,
}: {
  integration: Integration
  rows: readonly MappingRow[]
  /** They leave the integration as well. */
  andOut: boolean
  onDone(): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const changed = useMappingsChanged()
  const mapped = rows.filter(({ account }) => account !== null)
  const open = mapped.reduce((sum, { openTickets }) => sum + openTickets, 0)
  const unsent = mapped.reduce((sum, { unsentTickets }) => sum + unsentTickets, 0)
  const name = rows.length === 1 ? rows[0]?.name : null

  async function run(): Promise<void> {
    if (andOut) {
      const tenantIds = rows.map(({ tenantId }) => tenantId)
      await call(removeTenants({ path: { id: integration.id }, body: { tenantIds } }))
    } else for (const { tenantId } of rows) await call(unmapTenant({ path: { id: tenantId } }))
    onDone()
    await changed()
  }

  const key = andOut ? 'accounts.takeOutTitle' : 'accounts.unmapTitle'
  return (
    <Confirm
      title={name != null ? t(`${key}One`, { name }) : t(key, { count: rows.length })}
      action={t(andOut ? 'accounts.takeOut' : 'accounts.unmap', { count: rows.length })}
      run={run}
      onClose={onClose}
    >
      <List size="sm" spacing={4}>
        {mapped.length > 0 && <List.Item>{t('accounts.noNew', { ...terms })}</List.Item>}
        {open - unsent > 0 && (
          <List.Item>
            {t('accounts.staysOpen', { count: open - unsent, desk: integration.psaName, ...terms })}
          </List.Item>
        )}
        {unsent > 0 && <List.Item>{t('accounts.notSent', { count: unsent, ...terms })}</List.Item>}
        {mapped.length > 0 && open === 0 && <List.Item>{t('accounts.noneOpen', { ...terms })}</List.Item>}
        <List.Item>{t(andOut ? 'accounts.notAsked' : 'accounts.keptIn')}</List.Item>
      </List>
      <Text size="sm">{t('accounts.canReturn')}</Text>
    </Confirm>
  )
}
