import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { DeskOptions, PsaField } from '../../api/generated/types.gen.ts'
import { ownWords, type Texts, useTexts } from '../../connectors/own-words.ts'
import { optionsQuery } from './integration-queries.ts'

/** The fields of a desk with its live lists, in the person's language; what has no text there, in the server's words. */
export function useDeskOptions(
  psaId: number,
  connector: string,
): Pick<UseQueryResult<DeskOptions>, 'data' | 'error' | 'refetch'> {
  const texts = useTexts()
  const { data: plain, error, refetch } = useQuery(optionsQuery(psaId))
  const data = useMemo(
    () =>
      plain && {
        ...plain,
        generalFields: inOwnWords(plain.generalFields, connector, texts),
        ruleFields: inOwnWords(plain.ruleFields, connector, texts),
      },
    [plain, connector, texts],
  )
  return { data, error, refetch }
}

function inOwnWords(fields: readonly PsaField[], connector: string, texts: Texts): PsaField[] {
  return fields.map((field) => {
    const at = ['deskFields', connector, field.key]
    return {
      ...field,
      title: ownWords(texts, [...at, 'title'], field.title),
      help: ownWords(texts, [...at, 'help'], field.help),
    }
  })
}
