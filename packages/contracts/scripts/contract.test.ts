import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { operations } from '../src/operations/operations.ts'
import { unbuiltOperations } from '../src/operations/unbuilt-operations.ts'
import type { Operation } from '../src/wire/operation.ts'
import { toWireSchema, wireSchema } from '../src/wire/wire-schema.ts'
import { compareWithContract, type SchemaSource } from './compare-with-contract.ts'

const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  schema: wireSchema,
})
const publishedContract = z
  .object({
    operations: z.record(
      z.string(),
      z.object({
        method: z.string(),
        path: z.string(),
        parameters: z.array(parameter).default([]),
        requestBody: z.object({ schema: wireSchema }).optional(),
        /** Of those that we serve. */
        responses: z.record(z.string(), wireSchema.nullable()).optional(),
      }),
    ),
    schemas: z.record(z.string(), wireSchema),
  })
  .parse(
    JSON.parse(readFileSync(new URL('../src/operations/published-contract.json', import.meta.url), 'utf8')),
  )

/** What we add to the contract, marked + in the design. */
const ownOperations = [
  'getFeature',
  'getWorkflow',
  'streamWorkflowEvents',
  'cancelWorkflow',
  'listQueues',
  'rotateApiKey',
  'createSubscriptionsBulk',
  'previewSubscriptionChangeBulk',
  'executeSubscriptionChangeBulk',
  'getSubscriptionChangeBulk',
  'listSubscriptionChangeBulkItems',
  'downloadSubscriptionChangeBulk',
  'previewSubscriptionCancellation',
  'previewSubscriptionPause',
  'previewSubscriptionResume',
  'explainInvoice',
  'createCalculation',
  'getCalculation',
  'listCalculationItems',
  'downloadCalculation',
  'listUnattributedEvents',
  'listLateEvents',
  'listEventConflicts',
  'voidEvent',
  'previewPlanSync',
  'getSyncPreview',
  'listSyncPreviewItems',
  'downloadSyncPreview',
  'createBillingRun',
  'listBillingRuns',
  'getBillingRun',
  'listBillingFailures',
  'retryBillingFailure',
  'cancelBillingRun',
  'getEnvironmentClock',
  'getEnvironmentSettings',
  'moveEnvironmentClock',
  'updateEnvironmentSettings',
  'uploadFile',
  'revertTask',
  'getTaskRevert',
]
/** Choices that have a value of ours more, which a client meets only where it has asked for it. */
const widened = {
  createTask: ['.entity_type', '.file_type'],
  getTask: ['.entity_type', '.file_type'],
  listTasks: ['', '.items[].entity_type', '.items[].file_type'],
}
const published = (schema: SchemaSource['schema']): SchemaSource => ({
  schema,
  named: publishedContract.schemas,
})

test('every operation is the published one or on the list of our own', () => {
  const names = operations.map(({ operationId }) => operationId)
  const kept = Object.entries(publishedContract.operations)
  const withFacts = kept.filter(([, { responses }]) => responses !== undefined).map(([name]) => name)
  expect(names.toSorted()).toEqual([...withFacts, ...ownOperations].toSorted())
  expect(new Set(names).size).toBe(names.length)
})

test('all operations of the contract are known by name and place: those not built are told as such', () => {
  expect(Object.keys(publishedContract.operations)).toHaveLength(235)
  const served = operations.length - ownOperations.length
  expect(unbuiltOperations()).toHaveLength(235 - served)
})

test.each(servedOperations())('$operationId keeps the published contract, field by field', (operation) => {
  const facts = publishedContract.operations[operation.operationId]
  expect({ method: operation.method, path: operation.path }).toEqual({
    method: facts?.method,
    path: facts?.path,
  })
  const { params, querystring, body, response } = operation.schema
  const places = { path: params, query: querystring }
  const problems = (facts?.parameters ?? []).flatMap((one) => {
    const place = places[one.in]
    const wire = place && toWireSchema(place)
    const own = wire?.properties?.[one.name]
    if (own === undefined) return [`${one.name}: missing`]
    const required = wire?.required?.includes(one.name) ? one.required : true
    return [
      ...(required ? [] : [`${one.name}: required here only`]),
      ...compareWithContract(published(one.schema), ours(own), 'request'),
    ]
  })
  if (facts?.requestBody) {
    problems.push(
      ...(body
        ? compareWithContract(published(facts.requestBody.schema), ours(toWireSchema(body)), 'request')
        : ['no body']),
    )
  }
  for (const [status, schema] of Object.entries(facts?.responses ?? {})) {
    const own = response[Number(status)]
    if (own === undefined) problems.push(`${status}: missing`)
    else if (schema)
      problems.push(...compareWithContract(published(schema), ours(toWireSchema(own)), 'answer'))
  }
  const allowed = new Map<string, readonly string[]>(Object.entries(widened)).get(operation.operationId) ?? []
  expect(problems.filter((one) => !isWidened(one, allowed))).toEqual([])
})

/** Told as `.file_type: values CSV JSON in the contract, CSV JSON NDJSON here`. */
function isWidened(told: string, paths: readonly string[]): boolean {
  const [, path = '', theirs = '', ours = ''] =
    /^(.*): values (.*) in the contract, (.*) here$/.exec(told) ?? []
  return (
    ours !== '' && paths.includes(path) && theirs.split(' ').every((value) => ours.split(' ').includes(value))
  )
}

test('a missing field, another type and another value are differences', () => {
  const named = {}
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string', enum: ['x'] }, c: { type: 'integer' } },
  }
  const own = {
    type: 'object',
    properties: { b: { type: 'string', enum: ['y'] }, c: { type: 'number' }, d: { type: 'string' } },
    required: ['d'],
  }
  expect(compareWithContract({ schema, named }, { schema: own, named }, 'request')).toEqual([
    '.a: missing',
    '.b: values x in the contract, y here',
    '.c: integer in the contract, number here',
    '.d: required here only',
  ])
})

function servedOperations(): Operation[] {
  return operations.filter(({ operationId }) => !ownOperations.includes(operationId))
}

function ours(schema: SchemaSource['schema']): SchemaSource {
  return { schema, named: schema.$defs ?? {} }
}
