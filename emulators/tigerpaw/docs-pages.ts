// The vendor's documentation pages, which tell a tenant's version: `/docs/index` and `/docs/{version}/swagger`.
import type { Route } from './routes/route.ts'
import type { Json } from './wire/xml-write.ts'

/** `GET /docs/...` of the site: a page, a Swagger document, or undefined when there is none at this path. */
export function docsPage(
  path: string,
  { version, host, routes }: { version: string; host: string; routes: readonly Route[] },
): string | Readonly<Record<string, Json>> | undefined {
  const [, docs, ...rest] = path.toLowerCase().replace(/\/$/, '').split('/')
  if (docs !== 'docs') return undefined
  if (rest.length <= 1 && (rest[0] ?? 'index') === 'index') return indexPage(version)
  return rest.length === 2 && rest[0] === version && rest[1] === 'swagger' ? swagger(version, host, routes) : undefined
}

function indexPage(version: string): string {
  return (
    '<!DOCTYPE html>\r\n<html><head><title>Tigerpaw API Method Reference</title></head>\r\n' +
    `<body><h1>Tigerpaw API Method Reference</h1><a href="/docs/${version}/swagger">${version}</a></body></html>\r\n`
  )
}

function swagger(version: string, host: string, routes: readonly Route[]): Readonly<Record<string, Json>> {
  const paths: Record<string, Record<string, Json>> = {}
  for (const { method, path, root } of routes) {
    const shown = `/api/${path.replace(/\{(\w+):\w+\}/g, '{$1}')}`
    const responses = { 200: { description: 'OK', schema: { $ref: `#/definitions/TsiWeb${root}` } } }
    paths[shown] = {
      ...paths[shown],
      [method.toLowerCase()]: { produces: ['application/json', 'text/xml'], responses },
    }
  }
  return { swagger: '2.0', info: { version, title: 'Tigerpaw API Method Reference' }, host, schemes: ['https'], paths }
}
