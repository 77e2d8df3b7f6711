/** How titles of tickets begin that are about Tocsin itself: drills, and alarms by the template of docs/WATCH.md. */
const ownTitles = ['Tocsin drill, please ignore', 'Tocsin itself: ']

/** For the checker: it compares tickets with what happened to computers, and no computer stands behind these. */
export const ownTitlePatterns: readonly string[] = ownTitles.map((start) => `^${start}`)

/** Whether a ticket with this title is about no client. */
export function isAboutTocsin(title: string): boolean {
  return ownTitles.some((start) => title.startsWith(start))
}
