import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { liveInterval } from './live.ts'

type PageOf<Row> = { readonly items: readonly Row[]; readonly next: number | null }

export type Paged<Row, Page = unknown> = {
  /** The first page, with what else it tells; undefined until it is there. */
  readonly first: Page | undefined
  /** Undefined until the first page is there. */
  readonly rows: readonly Row[] | undefined
  readonly error: unknown
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  loadMore(): void
  again(): void
}

/** A list that the server pages: first page, and more on demand. Looks again every `everyMs` while the server tells nothing. */
export function usePaged<Row, Page extends PageOf<Row>>(
  key: readonly unknown[],
  read: (cursor: number | undefined) => Promise<Page & PageOf<Row>>,
  everyMs = 15_000,
): Paged<Row, Page> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: liveInterval(everyMs),
  })
  return {
    first: query.data?.pages[0],
    rows: query.data?.pages.flatMap(({ items }) => items),
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    again: () => void query.refetch(),
  }
}
