import { Text, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { giveUpTicket } from '../../api/generated/sdk.gen.ts'
import { Confirm } from '../../ui/confirm.tsx'

/** Asks why before a ticket is left alone for good. */
export function GiveUp({ id, onClose }: { id: number; onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  async function run(): Promise<void> {
    await call(giveUpTicket({ path: { id }, body: { reason } }))
    await queries.invalidateQueries({ queryKey: ['ticket', id] })
  }
  return (
    <Confirm title={t('ticket.giveUpTitle')} action={t('ticket.giveUp')} run={run} onClose={onClose}>
      <Text size="sm">{t('ticket.giveUpText')}</Text>
      <Textarea
        label={t('ticket.giveUpReason')}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  )
}
