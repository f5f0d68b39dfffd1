import { createSubscriptionsBulk } from '@flexprice/contracts/operations'
import { createSubscriptionRequest, itemIdempotencyKey } from '@flexprice/contracts/subscriptions'
import { dropUnknownFields, refusalOf } from '@flexprice/contracts/wire'
import { workflows } from '@flexprice/contracts/workflows'
import { readNow } from '@flexprice/database/connection'
import { type NewBatchItem, storeBatch } from '@flexprice/database/creation'
import { requestHash } from '@flexprice/database/idempotency'
import type { FastifyRequest } from 'fastify'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { noteIgnored } from '../plugins/ignore-unknown-fields.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from './request-key.ts'

/** The list is stored before its workflow starts, as it does not fit into one's input. */
export function createSubscriptionsBulkRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(createSubscriptionsBulk),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { items } = request.body
      const batch_id = await storeBatch(scoped, {
        idempotencyKey: requestKey(request),
        requestHash: requestHash(items),
        items: items.map((item, index) => newItem(item, (fields) => dropUnknown(request, index, fields))),
        now: await readNow(scoped),
      })
      const contract = workflows['subscription-creation']
      const started = await temporal.startWorkflow(contract, { kind: 'batch', batch_id }, scoped.scope)
      return reply.code(202).send({
        message:
          items.length === 1
            ? '1 subscription is being made'
            : `${items.length} subscriptions are being made`,
        workflow_id: started.workflowId,
        run_id: started.runId,
      })
    },
  })
}

function dropUnknown(request: FastifyRequest, index: number, fields: object): void {
  if (request.ignoredFields === null) return
  const dropped = dropUnknownFields(createSubscriptionRequest, fields)
  noteIgnored(
    request,
    dropped.map((path) => `items[${index}].${path}`),
  )
}

/** An item is checked as a request of its own would be. What is wrong with it becomes its outcome. */
function newItem(
  { idempotency_key, ...fields }: Readonly<Record<string, unknown>>,
  dropUnknownOf: (fields: object) => void,
): NewBatchItem {
  dropUnknownOf(fields)
  const key = itemIdempotencyKey.safeParse({ idempotency_key })
  const parsed = createSubscriptionRequest.safeParse(fields)
  const wire = parsed.success ? createSubscriptionRequest.encode(parsed.data) : null
  return {
    idempotencyKey: key.data?.idempotency_key,
    requestHash: requestHash(wire ?? fields),
    request: key.success ? wire : null,
    error: parsed.success ? (key.success ? null : refusalOf(key.error)) : refusalOf(parsed.error),
  }
}
