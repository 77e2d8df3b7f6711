import { type InfiniteData, queryOptions, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import { listSourceTokens, listUnreadGroups, listUnsettled, showInbox } from '../../api/generated/sdk.gen.ts'
import type { Inbox, UnreadGroupList, UnsettledList } from '../../api/generated/types.gen.ts'
import type { Paged } from '../../api/paged.ts'

/** A company as it is known from what it sent. */
export type Company = Inbox['companies'][number]
/** Messages that could not be read for one reason, or that may be of one company, from one place. */
export type UnreadGroup = UnreadGroupList['items'][number]

/** What one company sent at once, and could not be settled. */
export type Parcel = UnsettledList['items'][number]

/** All messages that were not read, and those of an unknown company. */
export function totalOf({ unreadTotal: { unknown, illegible } }: Inbox): number {
  return unknown.messages + illegible.messages
}

/** The reason of messages that were read, and whose company nobody knows. */
export const noCompany = 'no-company'

const everyMs = 5_000

/** What a source has sent, with its companies page by page. Looked at often: nothing tells that something waits. */
export function useInbox(sourceId: number): Paged<Company, Inbox> {
  const query = useInfiniteQuery({
    queryKey: ['inbox', sourceId],
    queryFn: ({ pageParam }) =>
      call(
        showInbox({
          path: { id: sourceId },
          query: { limit: 200, ...(pageParam !== undefined && { after: pageParam }) },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: everyMs,
  })
  return toPaged(query, ({ companies }) => companies)
}

/** All that was not read, by groups, page by page. Looked at as often as the inbox. */
export function useUnreadGroups(sourceId: number): Paged<UnreadGroup, UnreadGroupList> {
  const query = useInfiniteQuery({
    queryKey: ['unread-groups', sourceId],
    queryFn: ({ pageParam }) =>
      call(
        listUnreadGroups({
          path: { id: sourceId },
          query: { limit: 100, ...(pageParam !== undefined && { before: pageParam }) },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: everyMs,
  })
  return toPaged(query, ({ items }) => items)
}

/** What could not be settled, put off or set aside, page by page. Looked at as often as the inbox that it stands in. */
export function useUnsettled(sourceId: number, isAside: boolean): Paged<Parcel, UnsettledList> {
  const query = useInfiniteQuery({
    queryKey: ['unsettled', sourceId, isAside],
    queryFn: ({ pageParam }) =>
      call(
        listUnsettled({
          path: { id: sourceId },
          query: {
            limit: 50,
            setAside: isAside ? 'true' : 'false',
            ...(pageParam !== undefined && { after: pageParam }),
          },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: everyMs,
  })
  return toPaged(query, ({ items }) => items)
}

/** A list that is read page by page, as a table shows it. */
function toPaged<Row, Page>(
  query: UseInfiniteQueryResult<InfiniteData<Page>>,
  rowsOf: (page: Page) => readonly Row[],
): Paged<Row, Page> {
  return {
    first: query.data?.pages[0],
    rows: query.data?.pages.flatMap(rowsOf),
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    again: () => void query.refetch(),
  }
}

export const sourceTokensQuery = (sourceId: number) =>
  queryOptions({
    queryKey: ['source-tokens', sourceId],
    queryFn: () => call(listSourceTokens({ path: { id: sourceId } })),
  })
