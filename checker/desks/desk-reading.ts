/** What the checker must know of a vendor to read its emulator's history. */
export type DeskReading = {
  /** The field of the title. */
  readonly title: string
  /** The longest title that the desk takes; a longer one is cut by us. */
  readonly titleLimit: number
  /** The field of the description; null when the history does not hold it. */
  readonly description: string | null
  /** The client, where a change of it is a field of the history. */
  readonly account: string
  /** Fields that both sides may change in turn: what opening and closing set, and what the desk stamps by itself. */
  readonly shared: ReadonlySet<string>
}
