import { Readable } from 'node:stream'
import { downloadTaskExport } from '@flexprice/contracts/operations'
import type { Scoped } from '@flexprice/database/connection'
import { getImportTask, listRejections, type RejectionRow } from '@flexprice/database/imports'
import { callerDatabase } from '../caller.ts'
import { csvRow } from '../csv-row.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

const rowsPerPage = 500

/** Read page by page as the caller takes it, so that any number needs the memory of one page. */
export function downloadTaskRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(downloadTaskExport),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('importTask', id)
      await getImportTask(scoped, id)
      if (takesJsonAlone(request.headers.accept)) return reply.send(await firstRejected(scoped, id))
      reply.header('content-type', 'text/csv; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${id}-rejected.csv"`)
      return reply.send(Readable.from(csvPages(scoped, id)))
    },
  })
}

/** As SDKs ask, which read no CSV. */
function takesJsonAlone(accept = '*/*'): boolean {
  return accept.includes('application/json') && !/text\/|\*\/\*/.test(accept)
}

async function firstRejected(scoped: Scoped, taskId: string): Promise<Record<string, string>> {
  const rows = await listRejections(scoped, { taskId, after: first, limit: jsonRowsMax })
  const told = new Map<string, string>()
  for (const { row_number, field, reason } of rows) {
    const before = told.get(String(row_number))
    told.set(String(row_number), [before, `${field} ${reason}`.trim()].filter(Boolean).join('; '))
  }
  return Object.fromEntries(told)
}

const jsonRowsMax = 1_000

async function* csvPages(scoped: Scoped, taskId: string): AsyncGenerator<string> {
  yield csvRow(['row', 'field', 'reason', 'content'])
  for (let after: Pick<RejectionRow, 'row_number' | 'position'> | undefined = first; after !== undefined; ) {
    const rows: RejectionRow[] = await listRejections(scoped, { taskId, after, limit: rowsPerPage })
    yield rows.map((row) => csvRow([String(row.row_number), row.field, row.reason, row.row_text])).join('')
    after = rows.length < rowsPerPage ? undefined : rows.at(-1)
  }
}

const first = { row_number: 0, position: -1 }
