import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createPriceRequest } from '../src/catalog/price.ts'
import { createEntitlementRequest } from '../src/entitlements/entitlement.ts'
import { operations } from '../src/operations/operations.ts'
import { createSubscriptionRequest } from '../src/subscriptions/subscription-create.ts'
import { errorResponse } from '../src/wire/error.ts'
import { toWireSchema } from '../src/wire/wire-schema.ts'
import { workflowExecutionFilter, workflowResult, workflowStatus } from '../src/wire/workflow-execution.ts'

const expanding = operations.flatMap(({ operationId, schema }) =>
  [schema.body, schema.querystring].flatMap((part) =>
    part && toWireSchema(part).properties?.expand?.type === 'string' ? [{ operationId, part }] : [],
  ),
)

describe("what FlexPrice's clients send is taken", () => {
  test.each(expanding)('$operationId takes its names of what is expanded, and no other', ({ part }) => {
    const names = ['subscription_line_items', 'subscription_line_items.meters', 'prices', 'entitlements']
    const accepts = (expand: string) => {
      const issues = part.safeParse({ expand }).error?.issues ?? []
      return issues.every(({ path }) => path[0] !== 'expand')
    }
    expect(accepts([...names, 'plan', 'subscription'].join(', '))).toBe(true)
    expect(accepts('everything')).toBe(false)
  })

  test.each(['boolean', 'static'] as const)('a %s entitlement with a limit and its reset', (feature_type) => {
    const limits = { usage_limit: 5, usage_reset_period: 'MONTHLY' }
    const value = feature_type === 'static' ? { static_value: 'gold' } : {}
    const plan = { entity_type: 'PLAN', entity_id: 'plan_1', feature_id: 'feat_1' }
    expect(createEntitlementRequest.parse({ ...plan, feature_type, ...value, ...limits })).toMatchObject(
      limits,
    )
  })

  test.each(['RECURRING', 'ONETIME', 'whatever'])('billing_cadence %s', (billing_cadence) => {
    const problemsOf = (schema: z.ZodType) =>
      (schema.safeParse({ billing_cadence }).error?.issues ?? []).map(({ path }) => path.join('.'))
    expect(problemsOf(createSubscriptionRequest)).not.toContain('billing_cadence')
    expect(problemsOf(createPriceRequest)).not.toContain('billing_cadence')
  })

  test.each([
    ['Running', 'RUNNING', 'running'],
    ['Canceled', 'CANCELED', 'CANCELLED', 'cancelled', 'Canceled'],
    ['TimedOut', 'TIMED_OUT', 'timed_out', 'timedout'],
  ])('the state %s in other spellings', (status, ...spellings) => {
    for (const workflow_status of spellings) {
      expect(workflowExecutionFilter.parse({ workflow_status })).toMatchObject({ workflow_status: status })
    }
  })
})

describe('what its clients read has their form', () => {
  test('bad fields are an object at each door that tells an error', () => {
    const details = { fields: { 'tiers[1].up_to': 'is required' } }
    const error = { code: 'validation_error', message: 'Not valid', details }
    expect(errorResponse.parse({ ...error, http_status_code: 400, request_id: 'req' })).toMatchObject({
      details,
    })
    const task = { message: 'It failed', workflow_id: 'w', run_id: 'r', status: 'Failed', error }
    expect(workflowResult.parse(task)).toMatchObject({ error: { details } })
    const list = { ...error, details: { fields: [{ path: 'name', message: 'is required' }] } }
    expect(errorResponse.safeParse({ ...list, http_status_code: 400, request_id: 'req' }).success).toBe(false)
  })

  test("workflow states are Temporal's words", () => {
    const words = ['Running', 'Completed', 'Failed', 'Canceled', 'TimedOut', 'Terminated']
    expect(workflowStatus.options).toEqual(words)
  })
})
