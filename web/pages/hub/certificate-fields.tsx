import { Alert, Button, Code, CopyButton, Group, Radio, Stack, Table, Text, Textarea } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type Certificate, type CertificateDraft, certificateWays } from './channel-draft.ts'
import { monospace } from './channel-fields.tsx'

/** Nobody reads a key over somebody's shoulder; a password field would lose its line breaks. */
const unreadable = { ...monospace, WebkitTextSecurity: 'disc' } as const

/** The certificate of a listener: the stored one with its fingerprints, and how to come to another. */
export function CertificateFields({
  stored,
  draft,
  errors,
  onChange,
}: {
  stored: Certificate | null
  draft: CertificateDraft
  /** Of `certificate`, `key` and `makeFor`. */
  errors: Readonly<Record<string, string>>
  onChange(draft: CertificateDraft): void
}): ReactNode {
  const { t } = useTranslation()
  const ways = certificateWays.filter((way) => way !== 'stored' || stored?.keySet === true)
  const makeFor = errors.makeFor ?? Object.entries(errors).find(([field]) => field.startsWith('makeFor'))?.[1]
  return (
    <Stack gap="sm">
      {stored !== null && <ShownChain certificate={stored} />}
      {stored?.keySet === false && (
        <Alert color="yellow" role="status">
          {t('hub.keyMissing')}
        </Alert>
      )}
      <Radio.Group
        label={t('hub.certificate')}
        value={draft.way}
        // The first words of the server about a certificate that is missing have no field of their own.
        error={draft.way === 'stored' ? errors.certificate : undefined}
        onChange={(next) => onChange({ ...draft, way: ways.find((way) => way === next) ?? draft.way })}
      >
        <Group gap="lg" mt={4}>
          {ways.map((way) => (
            <Radio key={way} value={way} label={t(`hub.certificateWays.${way}`)} />
          ))}
        </Group>
      </Radio.Group>
      {draft.way === 'paste' && (
        <>
          <Textarea
            label={t('hub.pem')}
            description={t('hub.pemHelp')}
            rows={5}
            spellCheck={false}
            styles={{ input: monospace }}
            value={draft.certificate}
            error={errors.certificate}
            onChange={(event) => onChange({ ...draft, certificate: event.currentTarget.value })}
          />
          <Textarea
            label={t('hub.key')}
            description={t('hub.keyHelp')}
            rows={3}
            spellCheck={false}
            autoComplete="off"
            styles={{ input: unreadable }}
            value={draft.key}
            error={errors.key}
            onChange={(event) => onChange({ ...draft, key: event.currentTarget.value })}
          />
        </>
      )}
      {draft.way === 'make' && (
        <Textarea
          label={t('hub.makeFor')}
          description={t('hub.makeForHelp')}
          rows={2}
          spellCheck={false}
          styles={{ input: monospace }}
          value={draft.makeFor}
          error={makeFor ?? errors.certificate}
          onChange={(event) => onChange({ ...draft, makeFor: event.currentTarget.value })}
        />
      )}
    </Stack>
  )
}

function ShownChain({ certificate: { chain, keySet, certificate } }: { certificate: Certificate }): ReactNode {
  const { t, i18n } = useTranslation()
  const date = (at: string) => new Date(at).toLocaleDateString(i18n.language, { dateStyle: 'medium' })
  const [first] = chain
  if (first === undefined) return null
  const facts = [
    [t('hub.subject'), first.subject],
    [t('hub.forNames'), first.names.join(', ')],
    [t('hub.valid'), t('hub.validFromTo', { from: date(first.notBefore), to: date(first.notAfter) })],
    ...chain.map(({ sha1 }, n) => [t('hub.sha1', { number: n + 1, all: chain.length }), sha1]),
    [t('hub.sha256'), first.sha256],
    [t('hub.key'), t(keySet ? 'connections.isSet' : 'connections.isNotSet')],
  ] as const
  return (
    <Stack gap="xs">
      <Table variant="vertical" layout="fixed" verticalSpacing={4}>
        <Table.Tbody>
          {facts.map(([title, value]) => (
            <Table.Tr key={title}>
              <Table.Th w={160} fw={400} c="dimmed" scope="row">
                {title}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Text span size="sm">
                  {value === '' ? '–' : value}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <details>
        <summary>
          <Text span size="sm">
            {t('hub.showPem')}
          </Text>
        </summary>
        <Stack gap="xs" mt="xs">
          <Code block tabIndex={0} role="region" aria-label={t('hub.pem')} style={{ maxHeight: 200, overflow: 'auto' }}>
            {certificate}
          </Code>
          <Group>
            <CopyButton value={certificate}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" onClick={copy}>
                  {t(copied ? 'people.copied' : 'people.copy')}
                </Button>
              )}
            </CopyButton>
          </Group>
        </Stack>
      </details>
    </Stack>
  )
}
