import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { ingestSchemes } from './schemas/hub-ingest.ts'

type Named = Readonly<Record<string, unknown>>

/** How the OpenAPI document is made from the schemas of the routes. */
export const openapiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version: '1',
      description:
        'Keeps the tickets in an MSP’s ticket desk true to its security products. Every answer that is not good is a problem (RFC 9457) whose `code` is stable.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as { name: string },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        ...ingestSchemes,
      },
    },
  },
  transform(document) {
    return withAnswerHeaders(document.schema?.response, jsonSchemaTransform(document))
  },
  transformObject(source) {
    const whole = jsonSchemaTransformObject(source) as Named & { components?: Named; paths?: unknown }
    const schemas = (whole.components?.schemas ?? {}) as Named
    const used = usedSchemas(whole.paths, schemas)
    const document = { ...whole, components: { ...whole.components, schemas: used } }
    return withoutIntegerBounds(document) as ReturnType<typeof jsonSchemaTransformObject>
  },
}

type Transformed = ReturnType<typeof jsonSchemaTransform>

/** The transformation of the library forgets the headers of answers. */
function withAnswerHeaders(given: unknown, { schema, url }: Transformed): Transformed {
  const { response } = (schema ?? {}) as { response?: Readonly<Record<string, Named>> }
  if (response === undefined) return { schema, url }
  const named = (given ?? {}) as Readonly<Record<string, Named>>
  const withHeaders = Object.entries(response).map(([status, answer]) => {
    const headers = named[status]?.headers
    return [status, headers === undefined ? answer : { ...answer, headers }]
  })
  return { schema: { ...schema, response: Object.fromEntries(withHeaders) }, url }
}

/** Every named schema comes in a form for requests and one for answers; only those that a route leads to are kept. */
function usedSchemas(paths: unknown, schemas: Named): Named {
  const used = new Set<string>()
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      visit(schemas[name])
    }
  }
  visit(paths)
  return Object.fromEntries([...used].sort().map((name) => [name, schemas[name]]))
}

/** Every integer comes with the bounds of what JSON can carry; to a reader they look like limits of ours. */
function withoutIntegerBounds(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutIntegerBounds)
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).filter(([, value]) => !isJsonBound(value))
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutIntegerBounds(value)]))
}

function isJsonBound(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER
}
