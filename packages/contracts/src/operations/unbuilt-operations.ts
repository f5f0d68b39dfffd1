import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Operation } from '../wire/operation.ts'
import { operations } from './operations.ts'

type UnbuiltOperation = Pick<Operation, 'operationId' | 'method' | 'path'>

/**
 * The operations of the published contract that the gateway does not serve: whoever calls one is told so, by its
 * name. From the list of all of them that is kept for the contract test.
 */
export function unbuiltOperations(): UnbuiltOperation[] {
  const published = publishedOperations.parse(
    JSON.parse(readFileSync(new URL('published-contract.json', import.meta.url), 'utf8')),
  )
  const served = new Set(operations.map(({ operationId }) => operationId))
  return Object.entries(published.operations)
    .filter(([operationId]) => !served.has(operationId))
    .map(([operationId, place]) => ({ operationId, ...place }))
}

const publishedOperations = z.object({
  operations: z.record(
    z.string(),
    z.object({ method: z.enum(['GET', 'POST', 'PUT', 'DELETE']), path: z.string() }),
  ),
})
