import { z } from 'zod'
import { checkReady } from '../../usecases/check-ready.ts'
import { measureState } from '../../usecases/measure-state.ts'
import { answers, type Routes } from '../api.ts'
import type { Metrics } from '../metrics.ts'
import { problemAnswer } from '../problem.ts'
import { listOf, Moment } from '../schemas/common.ts'
import { AlarmSeverity } from '../schemas/watch.ts'

const tags = ['Infrastructure']

const Readiness = z.object({
  ready: z.boolean(),
  database: z.enum(['reachable', 'unreachable']),
  schema: z.enum(['current', 'other', 'unknown']),
  alarms: listOf(
    z.object({
      kind: z.string(),
      severity: AlarmSeverity,
      subject: z.string().describe('source/1, psa/2 ...; names stand in the status, which asks for a token'),
      since: Moment,
    }),
  ).describe('what is wrong with this installation; it does not make this process unready'),
})

/** What machines ask for that watch over this server. */
export function infrastructureRoutes(metrics: Metrics): Routes {
  return (api, deps) => {
    api.get(
      '/healthz',
      {
        config: { public: true },
        schema: {
          operationId: 'show-health',
          summary: 'This process is alive',
          tags,
          security: [],
          response: answers(z.object({ alive: z.literal(true) })),
        },
      },
      async () => ({ alive: true as const }),
    )
    api.get(
      '/readyz',
      {
        config: { public: true },
        schema: {
          operationId: 'check-ready',
          summary: 'This process can do its work: the database answers and has the right schema',
          tags,
          security: [],
          response: { ...answers(Readiness), 503: Readiness },
        },
      },
      async (_, reply) => {
        const readiness = await checkReady(deps)
        return reply.code(readiness.ready ? 200 : 503).send(readiness)
      },
    )
    api.get(
      '/metrics',
      {
        schema: {
          operationId: 'show-metrics',
          summary: 'Prometheus metrics of this process, with gauges of the whole installation',
          tags,
          response: {
            200: { description: 'Text for Prometheus', content: { 'text/plain': { schema: z.string() } } },
            default: problemAnswer,
          },
        },
      },
      async (_, reply) => {
        const text = await metrics.text(await measureState(deps))
        return reply.type(metrics.contentType).serializer(String).send(text)
      },
    )
    api.get(
      '/api/openapi.json',
      {
        schema: {
          operationId: 'show-openapi',
          summary: 'This document',
          tags,
          response: answers(z.record(z.string(), z.unknown())),
        },
      },
      async () => api.swagger() as unknown as Record<string, unknown>,
    )
  }
}
