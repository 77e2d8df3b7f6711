import { Button, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { acceptSequence } from '../../api/generated/sdk.gen.ts'
import { useMay } from '../../app/session.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Moment } from '../../ui/moment.tsx'
import type { Company } from './hub-queries.ts'

/** One that is late now and then is no trouble. */
const trouble = 3

/** How much of what a company sends is left out because its numbers are too low, and the way out of it. */
export function LeftOut({ company: { tenantId, name, late } }: { company: Company }): ReactNode {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const mayAct = useMay('operator')
  const [isAsking, setIsAsking] = useState(false)
  if (late === null) return null
  const { messages, since, below } = late
  async function accept(): Promise<void> {
    await call(acceptSequence({ path: { id: tenantId } }))
    await Promise.all([['inbox'], ['tenants']].map((queryKey) => queries.invalidateQueries({ queryKey })))
  }
  return (
    <>
      <Text size="xs" c={messages < trouble ? 'dimmed' : 'red'}>
        {t('hub.leftOut', { count: messages, shown: messages.toLocaleString(i18n.language) })} <Moment at={since} />
      </Text>
      <Text size="xs" c="dimmed">
        {/* As it is sent: a number to compare, not an amount. */}
        {t('hub.leftOutBelow', { below })}
      </Text>
      {mayAct && (
        <Button variant="default" size="compact-xs" mt={4} onClick={() => setIsAsking(true)}>
          {t('hub.acceptNext')}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={t('hub.acceptTitle', { name })}
          action={t('hub.acceptNext')}
          isDangerous={false}
          run={accept}
          onClose={() => setIsAsking(false)}
        >
          <Text size="sm">{t('hub.acceptText', { below })}</Text>
          <Text size="sm">{t('hub.acceptOnce')}</Text>
        </Confirm>
      )}
    </>
  )
}
