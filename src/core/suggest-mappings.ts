import { nameWords, plainNameWords, wholeName } from './client-name.ts'

/**
 * Which account a tenant may be, by the names alone. A person reviews every suggestion; what makes it safe to accept many
 * at once is that no two `sure` ones share an account.
 */

export type Named = { readonly id: number; readonly name: string }
export type NamedAccount = { readonly id: string; readonly name: string }

export type MappingSuggestion = {
  readonly tenantId: number
  readonly accountId: string
  /** `same`: the names say the same; `similar`: most of their rare words are the same, or nearly. */
  readonly likeness: 'same' | 'similar'
  /** The same name, and neither another account nor another tenant fits as well. */
  readonly sure: boolean
  /** Other accounts that fit as well or nearly so, best first. */
  readonly otherAccounts: readonly string[]
  /** Other tenants that this account was suggested to as well. */
  readonly otherTenants: readonly number[]
}

/** Below it a likeness is no suggestion. */
const leastScore = 0.6
/** Another candidate that comes so near makes the best one unsure. */
const margin = 0.1
const mostOthers = 3
/** What a word is worth that differs by one letter. */
const nearlySame = 0.8
/** Shorter words that differ by a letter are other words. */
const shortestTypo = 5
/** A word that so many accounts have tells nothing, and would make every one of them a candidate. */
const commonest = 200

/** Even the legal forms are the same: such an account goes before others of the same name. */
const wholeScore = 1.2

type Words = { readonly whole: string; readonly spelt: readonly string[]; readonly plain: readonly string[] }
type Candidate = { readonly accountId: string; readonly score: number; readonly same: boolean }

/** At most one suggestion for each tenant, in the order of the tenants. */
export function suggestMappings(
  tenants: readonly Named[],
  accounts: readonly NamedAccount[],
): readonly MappingSuggestion[] {
  const index = indexOf(accounts)
  const found = tenants.map((tenant) => ({ tenant, candidates: candidatesOf(index, wordsOf(tenant.name)) }))
  const wanted = Map.groupBy(
    found.flatMap(({ tenant, candidates: [best] }) => (best === undefined ? [] : [{ ...best, tenantId: tenant.id }])),
    ({ accountId }) => accountId,
  )
  return found.flatMap(({ tenant, candidates }) => {
    const [best, ...others] = candidates
    if (best === undefined) return []
    const near = others.filter(({ score }) => score > best.score - margin)
    const rivals = (wanted.get(best.accountId) ?? []).filter(({ tenantId }) => tenantId !== tenant.id)
    const isContested = rivals.some(({ score }) => score > best.score - margin)
    return [
      {
        tenantId: tenant.id,
        accountId: best.accountId,
        likeness: best.same ? ('same' as const) : ('similar' as const),
        sure: best.same && near.length === 0 && !isContested,
        otherAccounts: near.slice(0, mostOthers).map(({ accountId }) => accountId),
        otherTenants: rivals.map(({ tenantId }) => tenantId),
      },
    ]
  })
}

function wordsOf(name: string): Words {
  return { whole: wholeName(name), spelt: nameWords(name), plain: plainNameWords(name) }
}

type Index = {
  readonly accounts: ReadonlyMap<string, Words>
  /** Accounts by each of their words, in either spelling. */
  readonly byWord: ReadonlyMap<string, readonly string[]>
  /** Words by what is left of them when one letter is dropped, and by themselves: two that share one differ by a letter. */
  readonly byTypo: ReadonlyMap<string, readonly string[]>
  /** Accounts by their letters in a row: “Net Works” and “Networks”. */
  readonly byLetters: ReadonlyMap<string, readonly string[]>
}

function indexOf(accounts: readonly NamedAccount[]): Index {
  const words = new Map(accounts.map(({ id, name }) => [id, wordsOf(name)]))
  const byWord = new Map<string, string[]>()
  const byTypo = new Map<string, string[]>()
  const byLetters = new Map<string, string[]>()
  for (const [id, { spelt, plain }] of words) {
    for (const letters of new Set([spelt.join(''), plain.join('')])) add(byLetters, letters, id)
    for (const word of new Set([...spelt, ...plain])) {
      if (!byWord.has(word)) for (const rest of typosOf(word)) add(byTypo, rest, word)
      add(byWord, word, id)
    }
  }
  return { accounts: words, byWord, byTypo, byLetters }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The word and all that it leaves when one letter is dropped; none for a short one. */
function typosOf(word: string): readonly string[] {
  if (word.length < shortestTypo) return []
  return [word, ...Array.from(word, (_, n) => word.slice(0, n) + word.slice(n + 1))]
}

/** Best first; the order of equal ones follows the accounts'. */
function candidatesOf(index: Index, tenant: Words): readonly Candidate[] {
  if (tenant.spelt.length === 0) return []
  const ids = new Set<string>()
  for (const letters of [tenant.spelt.join(''), tenant.plain.join('')]) {
    for (const id of index.byLetters.get(letters) ?? []) ids.add(id)
  }
  const near = new Map<string, ReadonlySet<string>>()
  for (const word of new Set([...tenant.spelt, ...tenant.plain])) {
    // A wrong first letter is rarely a slip: “Alder” is not “Elder”.
    const nearly = typosOf(word).flatMap((rest) => index.byTypo.get(rest) ?? [])
    const alike = new Set([word, ...nearly.filter((one) => one[0] === word[0])])
    near.set(word, alike)
    for (const one of alike) {
      const having = index.byWord.get(one) ?? []
      if (having.length <= commonest) for (const id of having) ids.add(id)
    }
  }
  return [...ids]
    .map((accountId) => scoreOf(index, tenant, near, accountId))
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score)
}

function scoreOf(
  index: Index,
  tenant: Words,
  near: ReadonlyMap<string, ReadonlySet<string>>,
  accountId: string,
): Candidate {
  const account = index.accounts.get(accountId) ?? { whole: '', spelt: [], plain: [] }
  if (account.whole === tenant.whole) return { accountId, score: wholeScore, same: true }
  const same = isSame(tenant.spelt, account.spelt) || isSame(tenant.plain, account.plain)
  if (same) return { accountId, score: 1, same }
  const scores = (['spelt', 'plain'] as const).map((key) => overlap(index, tenant[key], account[key], near))
  return { accountId, score: Math.min(0.99, Math.max(...scores)), same }
}

/** The same words in any order, or the same letters in a row. */
function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length === 0 || other.length === 0) return false
  return one.join('') === other.join('') || [...one].sort().join(' ') === [...other].sort().join(' ')
}

/** How much of both names is the same, rare words counting more: 0 nothing, 1 all. */
function overlap(
  index: Index,
  tenant: readonly string[],
  account: readonly string[],
  near: ReadonlyMap<string, ReadonlySet<string>>,
): number {
  const worth = (word: string) => 1 / Math.log2(2 + (index.byWord.get(word)?.length ?? 0))
  const left = [...account]
  let shared = 0
  for (const word of tenant) {
    const exact = left.indexOf(word)
    const at = exact >= 0 ? exact : left.findIndex((one) => near.get(word)?.has(one) === true)
    const other = left[at]
    if (other === undefined) continue
    left.splice(at, 1)
    shared += (exact >= 0 ? 1 : nearlySame) * (worth(word) + worth(other))
  }
  const total = [...tenant, ...account].reduce((sum, word) => sum + worth(word), 0)
  return total === 0 ? 0 : shared / total
}
