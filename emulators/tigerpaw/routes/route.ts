// What a route is, and how a path finds its own. Paths are read without regard to case.
import type { Actor } from '../store/history.ts'
import type { Right } from '../store/settings.ts'
import type { Store } from '../store/store.ts'
import type { Json } from '../wire/xml-write.ts'

/** A request that was let in. */
export type Call = {
  /** A number of the path. */
  number(name: string): number
  /** A `true` or `false` of the path; undefined when the path has none. */
  flag(name: string): boolean | undefined
  query: URLSearchParams
  /** The body as a plain value. Throws `HttpError`. */
  body(): unknown
  /** The rep whose keys signed it. */
  actor: Actor
  lagMs(): number
}

/** One operation of the contract. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/`; `{name:int}` and `{name:bool}` are parameters. */
  path: string
  right: Right
  /** The root element of the XML form: the model's name without its prefix. */
  root: string
  run(store: Store, call: Call): Json
  /** What an envelope of this route holds beside `Success` and `Message` when it says no. */
  failure?: Readonly<Record<string, Json>>
}

/** A path's meaning: its methods, and the parameters in it. */
export type Place = { byMethod: ReadonlyMap<string, Route>; parameters: ReadonlyMap<string, string> }

type Node = {
  fixed: Map<string, Node>
  open: { name: string; pattern: RegExp; node: Node }[]
  byMethod: Map<string, Route>
}

const patterns: Readonly<Record<string, RegExp>> = { int: /^-?\d{1,9}$/, bool: /^(true|false)$/ }

/** Makes the function that finds the place of a path below `/api/`. Fixed segments go before parameters. */
export function createRouter(routes: readonly Route[]): (path: string) => Place | undefined {
  const root = emptyNode()
  for (const route of routes) {
    let node = root
    for (const segment of route.path.split('/')) node = below(node, segment)
    node.byMethod.set(route.method, route)
  }
  return (path) => {
    const parameters = new Map<string, string>()
    let node = root
    for (const segment of path.toLowerCase().replace(/\/$/, '').split('/')) {
      const fixed = node.fixed.get(segment)
      const open = fixed ? undefined : node.open.find(({ pattern }) => pattern.test(segment))
      if (open) parameters.set(open.name, segment)
      const next = fixed ?? open?.node
      if (!next) return undefined
      node = next
    }
    return node.byMethod.size === 0 ? undefined : { byMethod: node.byMethod, parameters }
  }
}

function below(node: Node, segment: string): Node {
  const [, name, kind = ''] = /^\{(\w+):(\w+)\}$/.exec(segment) ?? []
  const pattern = patterns[kind]
  if (name === undefined || !pattern) {
    const next = node.fixed.get(segment.toLowerCase()) ?? emptyNode()
    node.fixed.set(segment.toLowerCase(), next)
    return next
  }
  const there = node.open.find((one) => one.name === name && one.pattern === pattern)
  if (there) return there.node
  const next = emptyNode()
  node.open.push({ name, pattern, node: next })
  return next
}

function emptyNode(): Node {
  return { fixed: new Map(), open: [], byMethod: new Map() }
}
