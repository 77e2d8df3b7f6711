import { badBody } from '../answers.ts'

/** Parameters of a list, whose names are read in any case. */
export type Parameters = {
  /** The first value of this name; '' when there is none. */
  get(name: string): string
  all: readonly (readonly [name: string, value: string])[]
  /** Asked for by the header `pagination-type: forward-only`. */
  forwardOnly: boolean
}

/** Reads the query of a request. */
export function readParameters(query: URLSearchParams, paginationType: string): Parameters {
  const all = [...query]
  return {
    get: (name) => all.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? '',
    all,
    forwardOnly: paginationType.toLowerCase() === 'forward-only',
  }
}

/** The names a search has in its body; the vendor's schema writes them in lower case. */
const searchNames = ['conditions', 'orderby', 'childconditions', 'customfieldconditions']

/** Reads the body of `POST .../search` beside its query, which still holds the page. Throws for anything but an object of texts. */
export function withSearchBody(parameters: Parameters, body: unknown): Parameters {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badBody('A search takes a JSON object.')
  const given: [string, string][] = []
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue
    if (!searchNames.includes(name.toLowerCase()) || typeof value !== 'string') {
      throw badBody(`Could not find member '${name}' on object of type 'FilterValues'.`)
    }
    given.push([name, value])
  }
  return {
    ...parameters,
    get: (name) => given.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? parameters.get(name),
  }
}
