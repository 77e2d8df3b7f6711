import { Button, Fieldset, Group, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { roleNames } from '../people/people-table.tsx'
import type { FieldsProps } from './provider-fields.tsx'

/** Who may come in by the provider, and as what. */
export function AdmissionFields({ draft, set, errors }: FieldsProps): ReactNode {
  const { t } = useTranslation()
  const domainError = Object.entries(errors).find(([field]) => field.startsWith('allowedDomains'))?.[1]
  const nobody = 'nobody'
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('oidcSettings.admissionHelp')}
      </Text>
      <TagsInput
        label={t('oidcSettings.domains')}
        description={t('oidcSettings.domainsHelp')}
        placeholder="example.com"
        value={[...draft.allowedDomains]}
        error={domainError}
        onChange={(allowedDomains) => set({ allowedDomains })}
        clearButtonProps={{ 'aria-label': t('oidcSettings.clear') }}
      />
      <Select
        label={t('oidcSettings.defaultRole')}
        description={t('oidcSettings.defaultRoleHelp')}
        allowDeselect={false}
        value={draft.defaultRole ?? nobody}
        error={errors.defaultRole}
        data={[
          { value: nobody, label: t('oidcSettings.noRole') },
          { value: 'read-only', label: t('people.roles.read-only') },
          { value: 'operator', label: t('people.roles.operator') },
        ]}
        onChange={(next) => set({ defaultRole: next === 'operator' || next === 'read-only' ? next : null })}
      />
      <TextInput
        label={t('oidcSettings.roleClaim')}
        description={t('oidcSettings.roleClaimHelp')}
        placeholder="groups"
        value={draft.roleClaim}
        error={errors.roleClaim}
        onChange={(event) => set({ roleClaim: event.currentTarget.value })}
      />
      {(draft.roleClaim !== '' || draft.roleMap.length > 0) && <RoleMap draft={draft} set={set} errors={errors} />}
    </Stack>
  )
}

function RoleMap({ draft, set }: FieldsProps): ReactNode {
  const { t } = useTranslation()
  const change = (index: number, part: Partial<(typeof draft.roleMap)[number]>) =>
    set({ roleMap: draft.roleMap.map((row, n) => (n === index ? { ...row, ...part } : row)) })
  return (
    <Fieldset legend={t('oidcSettings.roleMap')}>
      <Stack gap="xs">
        {draft.roleMap.map(({ value, role }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name while they are being written
          <Group key={index} gap="xs" align="flex-end">
            <TextInput
              label={t('oidcSettings.value')}
              flex="1 1 180px"
              value={value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
            />
            <Select
              label={t('people.role')}
              w={160}
              allowDeselect={false}
              value={role}
              data={roleNames.map((name) => ({ value: name, label: t(`people.roles.${name}`) }))}
              onChange={(next) => change(index, { role: roleNames.find((one) => one === next) ?? role })}
            />
            <Button
              variant="subtle"
              color="red"
              aria-label={t('oidcSettings.removeRow', { value })}
              onClick={() => set({ roleMap: draft.roleMap.filter((_, n) => n !== index) })}
            >
              {t('people.remove')}
            </Button>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => set({ roleMap: [...draft.roleMap, { value: '', role: 'operator' }] })}
          >
            {t('oidcSettings.addRow')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  )
}
