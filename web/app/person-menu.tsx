import { Button, Menu, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { signOut } from '../api/generated/sdk.gen.ts'
import { chooseLanguage, languages } from '../texts/texts.ts'
import { useSession } from './session.ts'

const schemes = ['light', 'dark', 'auto'] as const

/** The signed-in person: own account, looks, language, and the way out. */
export function PersonMenu(): ReactNode {
  const { t, i18n } = useTranslation()
  const { person } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const queries = useQueryClient()
  const navigate = useNavigate()

  async function leave(): Promise<void> {
    await call(signOut())
    queries.clear()
    await navigate({ to: '/sign-in' })
  }

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="subtle" size="compact-sm" color="gray">
          {person?.name ?? ''}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings">
          {t('personMenu.account')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('personMenu.looks')}</Menu.Label>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            closeMenuOnClick={false}
            onClick={() => setColorScheme(scheme)}
            fw={scheme === colorScheme ? 600 : 400}
          >
            {t(`personMenu.scheme.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t('personMenu.language')}</Menu.Label>
        {languages.map(({ code, name }) => (
          <Menu.Item
            key={code}
            role="menuitemradio"
            aria-checked={code === i18n.language}
            closeMenuOnClick={false}
            onClick={() => void chooseLanguage(code)}
            fw={code === i18n.language ? 600 : 400}
            lang={code}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()}>{t('personMenu.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
