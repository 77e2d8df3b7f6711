import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'

type PageOf<Row> = { readonly items: readonly Row[]; readonly next: number | null }

export type Paged<Row> = {
  /** Undefined until the first page is there. */
  readonly rows: readonly Row[] | undefined
  readonly error: unknown
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  loadMore(): void
  again(): void
}

/** A list that the server pages: first page, and more on demand. Looks again every `liveMs`. */
export function usePaged<Row>(
  key: readonly unknown[],
  read: (cursor: number | undefined) => Promise<PageOf<Row>>,
  liveMs = 15_000,
): Paged<Row> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: liveMs,
  })
  return {
    rows: query.data?.pages.flatMap(({ items }) => items),
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    again: () => void query.refetch(),
  }
}
