import { Button, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listPeople } from '../../api/generated/sdk.gen.ts'
import { Page } from '../../ui/page.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { ProviderSettings } from '../sign-in-settings/provider-settings.tsx'
import { Invitations } from './invitations.tsx'
import { InvitePerson } from './invite-person.tsx'
import { PeopleTable } from './people-table.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'

/** Who may sign in, who is invited, who is signed in now, and the tokens of programs. */
export function PeoplePage(): ReactNode {
  const { t } = useTranslation()
  const [isInviting, setInviting] = useState(false)
  const [wasProviderOpened, setProviderOpened] = useState(false)
  const people = useQuery({ queryKey: ['people'], queryFn: () => call(listPeople()) })
  return (
    <Page title={t('nav.people')} actions={<Button onClick={() => setInviting(true)}>{t('people.invite')}</Button>}>
      <Tabs
        defaultValue="people"
        keepMounted={false}
        keepMountedMode="display-none"
        onChange={(tab) => setProviderOpened(wasProviderOpened || tab === 'provider')}
      >
        <Tabs.List>
          <Tabs.Tab value="people">{t('people.people')}</Tabs.Tab>
          <Tabs.Tab value="sessions">{t('people.sessions')}</Tabs.Tab>
          <Tabs.Tab value="tokens">{t('people.tokens')}</Tabs.Tab>
          <Tabs.Tab value="provider">{t('oidcSettings.tab')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people" pt="md">
          {people.data === undefined ? (
            people.error === null ? (
              <Loading />
            ) : (
              <Failed error={people.error} retry={() => void people.refetch()} />
            )
          ) : (
            <Stack gap="lg">
              <PeopleTable people={people.data} />
              <Invitations />
            </Stack>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="sessions" pt="md">
          <Sessions everybody />
        </Tabs.Panel>
        <Tabs.Panel value="tokens" pt="md">
          <Tokens />
        </Tabs.Panel>
        {/* What is being entered there outlives a look at another tab. */}
        <Tabs.Panel value="provider" pt="md" keepMounted={wasProviderOpened}>
          <ProviderSettings />
        </Tabs.Panel>
      </Tabs>
      {isInviting && <InvitePerson onClose={() => setInviting(false)} />}
    </Page>
  )
}
