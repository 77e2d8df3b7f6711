/**
 * Defects that the fault matrix must catch, each the smallest change by which a promise is broken. `from` must stand in the
 * file exactly once: when the code moves on, planting fails loudly and the defect is to be written anew.
 */
export type PlantedBug = {
  readonly name: string
  readonly words: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Invariants of which at least one must be found violated. */
  readonly breaks: readonly string[]
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'forget-the-look',
    words: 'After an unknown outcome the ticket is created again without looking for it.',
    file: 'src/core/next-step.ts',
    from: '    if (look !== null) {',
    to: '    if (look === undefined) {',
    breaks: ['I1'],
  },
  {
    name: 'clear-on-a-partial-list',
    words: 'A virtual server that did not answer counts as read whole: all that was wrong there has “ended”.',
    file: 'src/usecases/poll-computers.ts',
    from: '    end.complete.flatMap((key) => ids.get(key) ?? []),',
    to: '    [...end.complete, ...end.failed.map(({ tenantKey }) => tenantKey)].flatMap((key) => ids.get(key) ?? []),',
    breaks: ['I3', 'I7'],
  },
  {
    name: 'drop-the-lease',
    words: 'A ticket that another worker holds is claimed all the same.',
    file: 'src/db/ticket-queue.ts',
    from: 'where psa_id = $1 and due_at <= $3 and (lease_until is null or lease_until < $3)',
    to: 'where psa_id = $1 and due_at <= $3',
    breaks: ['I1'],
  },
  {
    name: 'threads-per-process',
    words: 'Each process takes as many calls at once as the vendor grants to all of them.',
    file: 'src/db/governor.ts',
    from: 'and (held_until is null or held_until < $4 or (owner = $3 and handed_over)) and slot <> all($8)',
    to: 'and slot <> all($8)',
    breaks: ['I6'],
  },
  {
    name: 'retries-outside-the-budget',
    words: 'Only the first of five requests is counted against the hour.',
    file: 'src/usecases/governor-budget.ts',
    from: '    inHand[wish.lane] = (inHand[wish.lane] ?? 0) + granted',
    to: '    inHand[wish.lane] = (inHand[wish.lane] ?? 0) + granted * 5',
    breaks: ['I6'],
  },
  {
    name: 'hidden-is-ended',
    words: 'What a Critical level hides counts as ended.',
    file: 'src/core/condition.ts',
    from: '    const mayBeHidden = !namesAllReasons && isBelow && !over.has(missing.statusKey)',
    to: '    const mayBeHidden = false as boolean',
    breaks: ['I3'],
  },
  {
    name: 'write-over-people',
    words: 'A field that a person changed is written over when the level rises.',
    file: 'src/usecases/tend-ticket.ts',
    from: '    Object.entries(wanted).filter(([key]) => seen.fields[key] === ticket.known.written?.[key]),',
    to: '    Object.entries(wanted),',
    breaks: ['I4'],
  },
  {
    name: 'wrong-client',
    words: 'All tickets of a judgement go to the account of its first tenant.',
    file: 'src/db/ground.ts',
    from: '        row.account_id === null || integration === undefined ? null : { accountId: row.account_id, integration }',
    to: "        row.account_id === null || integration === undefined ? null : { accountId: rows.find((one) => one.id === row.id)?.account_id ?? '', integration }",
    breaks: ['I5'],
  },
  {
    name: 'rule-off-eats-the-close',
    words: 'When the rule was switched off meanwhile, the ticket is not closed.',
    file: 'src/core/decide.ts',
    from: "      return { outcome: 'close', reason: change.reason, endReason: change.reason }",
    to: "      if (!['warning', 'critical'].some((level) => statusRule(ground.rules, level as TroubleLevel, change.statusKey)?.enabled)) return { outcome: 'none', reason: 'rule-off' }\n      return { outcome: 'close', reason: change.reason, endReason: change.reason }",
    breaks: ['I8', 'I2'],
  },
  {
    name: 'lose-a-wish',
    words: 'A wish that changed while a call was running is forgotten.',
    file: 'src/db/ticket-results.ts',
    from: '    due_at = case when t.desired_version = v.desired_version then v.due_at else $2 end,',
    to: '    due_at = v.due_at,',
    breaks: ['I2', 'I8'],
  },
  {
    name: 'cursor-first',
    words: 'The cursor of the events moves before they are stored, so a kill in between loses them.',
    file: 'src/usecases/poll-events.ts',
    from: '        const judged = await inTransactionOf(client, () => judgeEvents(deps, client, duty, source, events, cursor))',
    to: "        await client.query('update sources set event_cursor = $2 where id = $1', [source.id, cursor])\n        const judged = await inTransactionOf(client, () => judgeEvents(deps, client, duty, source, events, cursor))",
    breaks: ['I2'],
  },
  {
    name: 'reopen-what-people-closed',
    words: 'A ticket that a person closed while the trouble lasts is opened again.',
    file: 'src/core/next-step.ts',
    from: "  if (desired.want === 'open' && (!byPerson || desired.repeats > known.repeatsTold)) {",
    to: "  if (desired.want === 'open') {",
    breaks: ['I4', 'I1'],
  },
]
