import { Badge, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Ticket } from '../../api/generated/types.gen.ts'

const colours = { waiting: 'blue', open: 'orange', closing: 'violet', done: 'gray' } as const

/** Where a ticket stands, and what keeps it there. */
export function TicketState({
  ticket,
}: {
  ticket: Pick<Ticket, 'state' | 'stuck' | 'outcome' | 'released' | 'failure'>
}): ReactNode {
  const { t } = useTranslation()
  const words =
    ticket.state === 'done' && ticket.outcome !== null
      ? t(`tickets.outcomes.${ticket.outcome}`)
      : ticket.stuck
        ? t('tickets.stuck')
        : t(`tickets.states.${ticket.state}`)
  const colour = ticket.stuck ? 'red' : colours[ticket.state]
  const badge = (
    <Badge color={colour} variant={ticket.stuck ? 'filled' : ticket.state === 'done' ? 'outline' : 'light'}>
      {words}
    </Badge>
  )
  return ticket.failure === null ? (
    badge
  ) : (
    <Tooltip label={ticket.failure.message} multiline maw={420}>
      {badge}
    </Tooltip>
  )
}
