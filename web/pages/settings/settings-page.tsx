import { Card, SimpleGrid, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { Sessions } from '../people/sessions.tsx'
import { Authenticator } from './authenticator.tsx'
import { ChangePassword } from './change-password.tsx'

/** One's own account: password, authenticator, and where one is signed in. */
export function SettingsPage(): ReactNode {
  const { t } = useTranslation()
  const { person } = useSession()
  return (
    <Page title={t('personMenu.account')} {...(person !== null && { lead: `${person.name} · ${person.email}` })}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card withBorder>
          <Title order={2} mb="sm">
            {t('account.password')}
          </Title>
          <ChangePassword />
        </Card>
        <Card withBorder>
          <Title order={2} mb="sm">
            {t('account.authenticator')}
          </Title>
          <Authenticator />
        </Card>
      </SimpleGrid>
      <Stack gap="xs">
        <Title order={2}>{t('account.sessions')}</Title>
        <Sessions />
      </Stack>
    </Page>
  )
}
