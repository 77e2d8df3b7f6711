import { type UseMutationResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/call.ts'
import { saveChannels, showChannels } from '../../api/generated/sdk.gen.ts'
import type { Channels } from '../../api/generated/types.gen.ts'
import { errorsUnder } from '../../forms/errors-under.ts'
import { type Drafts, draftOf, inputOf, type Section, sections } from './channel-draft.ts'

const channelsQuery = (sourceId: number) => ({
  queryKey: ['channels', sourceId],
  queryFn: () => call(showChannels({ path: { id: sourceId } })),
  // The listeners tell how they are every few seconds.
  refetchInterval: 5_000,
})

/** A section as it is edited. */
export type EditedSection<S extends Section> = {
  readonly draft: Drafts[S]
  readonly isEdited: boolean
  readonly isSaving: boolean
  readonly isSaved: boolean
  readonly error: Error | null
  /** What was refused, by field within the section. */
  readonly errors: Readonly<Record<string, string>>
  /** Somebody else saved this section since it was begun. */
  readonly isOvertaken: boolean
  set(draft: Drafts[S]): void
  cancel(): void
  save(): void
  /** Takes the channel away. */
  remove(): Promise<unknown>
}

export type ChannelsEdited = {
  readonly channels: Channels | undefined
  readonly error: unknown
  /** How many sections are not saved. */
  readonly unsaved: number
  section<S extends Section>(section: S, channels: Channels): EditedSection<S>
  again(): void
}

type Begun = { readonly draft: Drafts[Section]; readonly version: number; readonly base: string }
type Order = { readonly section: Section; readonly body: ReturnType<typeof bodyOf> }

function bodyOf(version: number, input: object) {
  return { version, ...input }
}

/** The channels of a source with what is unsaved of them; each section is saved by itself. */
export function useChannels(sourceId: number, isAllowed: boolean): ChannelsEdited {
  const queries = useQueryClient()
  const query = useQuery({ ...channelsQuery(sourceId), enabled: isAllowed })
  const [begun, setBegun] = useState<Partial<Readonly<Record<Section, Begun>>>>({})
  const drop = (section: Section) => setBegun(({ [section]: _, ...others }) => others)
  const saving = useMutation({
    mutationFn: ({ body }: Order) => call(saveChannels({ path: { id: sourceId }, body })),
    onSuccess: async (saved, { section }) => {
      drop(section)
      queries.setQueryData(channelsQuery(sourceId).queryKey, saved)
      await queries.invalidateQueries({ queryKey: ['status'] })
    },
  })

  return {
    channels: query.data,
    error: query.error,
    unsaved: sections.filter((section) => begun[section] !== undefined).length,
    again: () => void query.refetch(),
    section: (section, channels) => {
      const mine = begun[section]
      const base = JSON.stringify(channels[section])
      const isOvertaken = mine !== undefined && mine.base !== base
      const draft = (mine?.draft ?? draftOf(section, channels)) as Drafts[typeof section]
      // Saves of the other sections are no hindrance; one of this section is, and the server says so.
      const version = isOvertaken ? mine.version : channels.version
      return {
        draft,
        isEdited: mine !== undefined,
        isOvertaken,
        ...outcome(saving, section),
        set(next) {
          if (saving.variables?.section === section && !saving.isPending) saving.reset()
          setBegun((all) => ({
            ...all,
            [section]: { draft: next, version: all[section]?.version ?? version, base: all[section]?.base ?? base },
          }))
        },
        cancel() {
          saving.reset()
          drop(section)
        },
        save: () =>
          saving.mutate({
            section,
            body: bodyOf(version, inputOf(section, draft)),
          }),
        remove: () => saving.mutateAsync({ section, body: bodyOf(version, { [section]: null }) }),
      }
    },
  }
}

function outcome(saving: UseMutationResult<Channels, Error, Order>, section: Section) {
  const isMine = saving.variables?.section === section
  return {
    isSaving: isMine && saving.isPending,
    isSaved: isMine && saving.isSuccess,
    error: isMine ? saving.error : null,
    errors: isMine ? errorsUnder(saving.error, section) : {},
  }
}
