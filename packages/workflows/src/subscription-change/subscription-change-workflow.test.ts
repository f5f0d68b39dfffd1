import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { afterAll, expect, test } from 'vitest'
import { inputs, pretendSubscriptionChange } from './testing/pretend-activities.ts'

const contract = workflows['subscription-change']
const temporal = createTestTemporal()

afterAll(() => temporal[Symbol.asyncDispose]())

function startWorker(activities: object) {
  return startTestWorker({
    definition: contract.definition,
    bundle: {
      workflows: import.meta.resolve('@flexprice/workflows/subscription-change'),
      interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
    },
    activities,
  })
}

async function outcomeOf(input: (typeof inputs)[keyof typeof inputs], scope = newTestScope()) {
  const { workflowId, runId } = await temporal.startWorkflow(contract, input, scope)
  return temporal.workflowResult(scope, workflowId, { runId, waitMs: 30_000 })
}

test.each(['execute', 'preview', 'bulk'] as const)('%s ends with a result of the contract', async (kind) => {
  await using _worker = await startWorker(pretendSubscriptionChange())
  const ended = await outcomeOf(inputs[kind])
  expect(ended).toMatchObject({ status: 'Completed', entityType: 'subscription' })
  expect(contract.result.safeParse(ended.result).success).toBe(true)
})

test('two requests with one key are two workflows, the same request is one', () => {
  const idOf = (changes: object) =>
    contract.workflowId('env_1', contract.input.parse({ ...inputs.execute, ...changes }))
  expect(idOf({})).toBe(idOf({}))
  expect(idOf({ request_hash: 'other' })).not.toBe(idOf({}))
  expect(idOf({ idempotency_key: 'other' })).not.toBe(idOf({}))
  expect(idOf({})).toMatch(/^subscription-change:env_1:[\w-]{43}$/)
})

test('a refusal ends it at the first attempt, with its code and the bad fields', async () => {
  let attempts = 0
  await using _worker = await startWorker(
    pretendSubscriptionChange({
      async changeSubscription() {
        attempts++
        const details = { fields: [{ path: 'plan_id', message: 'is gone' }] }
        throw new CodedError('validation_error', 'plan_id: is gone', { details })
      },
    }),
  )
  expect(await outcomeOf(inputs.execute)).toMatchObject({
    status: 'Failed',
    error: { code: 'validation_error', details: { fields: [{ path: 'plan_id' }] } },
  })
  expect(attempts).toBe(1)
})

test('what does not heal in three attempts is told to whoever waits', async () => {
  let attempts = 0
  await using _worker = await startWorker(
    pretendSubscriptionChange({
      async changeSubscription() {
        attempts++
        throw new CodedError('database_error', 'The database cannot be reached')
      },
    }),
  )
  expect(await outcomeOf(inputs.execute)).toMatchObject({
    status: 'Failed',
    error: { code: 'database_error' },
  })
  expect(attempts).toBe(3)
})
