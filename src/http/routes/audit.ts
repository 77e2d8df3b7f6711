import { Readable } from 'node:stream'
import { z } from 'zod'
import { exportAudit } from '../../usecases/export-audit.ts'
import { listAudit } from '../../usecases/list-audit.ts'
import { verifyAudit } from '../../usecases/verify-audit.ts'
import { answers, type Routes } from '../api.ts'
import { problemAnswer } from '../problem.ts'
import { MomentInput, pageQuery, Search } from '../schemas/common.ts'
import { AuditPage, AuditVerification } from '../schemas/people.ts'

const tags = ['Audit']

export const auditRoutes: Routes = (api) => {
  api.get(
    '/api/v1/audit',
    {
      schema: {
        operationId: 'list-audit',
        summary: 'Who changed what, newest first',
        tags,
        querystring: z.strictObject({
          ...pageQuery,
          search: Search.optional(),
          action: Search.optional(),
          subjectKind: Search.optional(),
          from: MomentInput.optional(),
          to: MomentInput.optional(),
        }),
        response: answers(AuditPage),
      },
    },
    ({ query, as }) => listAudit(as, query),
  )
  api.get(
    '/api/v1/audit/verification',
    {
      schema: {
        operationId: 'verify-audit',
        summary: 'Whether the chain of the audit log holds',
        tags,
        response: answers(AuditVerification),
      },
    },
    ({ as }) => verifyAudit(as),
  )
  api.get(
    '/api/v1/audit/export',
    {
      schema: {
        operationId: 'export-audit',
        summary: 'The whole audit log, one JSON line a row, each with its hash',
        tags,
        response: {
          200: { description: 'JSON lines', content: { 'application/x-ndjson': { schema: z.string() } } },
          default: problemAnswer,
        },
      },
    },
    async ({ as }, reply) => {
      // The schema tells what each line is; the lines themselves are a stream.
      const lines = Readable.from(exportAudit(as)) as unknown as string
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="tocsin-audit.ndjson"')
        .send(lines)
    },
  )
}
