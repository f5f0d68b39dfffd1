import { CodedError, type ErrorCode, errorCodes, errorKind, isInternal, isRetryable } from '@flexprice/domain'
import { startTelemetry, workContext } from '@flexprice/observability'
import { type ProbeInput, probe, probeBundle } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope, withTestClient } from '@flexprice/testing/temporal'
import { trace } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { currentScope } from './activity-scope.ts'
import { startTestWorker, type TestWorker } from './testing/start-test-worker.ts'

const temporal = createTestTemporal()
const telemetry = await startTelemetry({ service: 'test', exporter: 'none' })
let worker: TestWorker

/** Attempts by workflow key and what each attempt threw. */
const attempts = new Map<string, number>()
const throwing = new Map<string, (attempt: number) => unknown>()

beforeAll(async () => {
  const activities = { lookUp: async (input: ProbeInput) => observe(input), work }
  worker = await startTestWorker({ definition: probe.definition, bundle: probeBundle, activities })
})

afterAll(async () => {
  await worker[Symbol.asyncDispose]()
  await temporal[Symbol.asyncDispose]()
  await telemetry.shutdown()
})

function observe({ key }: ProbeInput) {
  return {
    key,
    scope: currentScope(),
    work: workContext(),
    traceId: trace.getActiveSpan()?.spanContext().traceId,
  }
}

async function work(input: ProbeInput): Promise<unknown> {
  const attempt = (attempts.get(input.key) ?? 0) + 1
  attempts.set(input.key, attempt)
  const error = throwing.get(input.key)?.(attempt)
  if (error !== undefined) throw error
  return observe(input)
}

async function outcomeOf(key: string, error: (attempt: number) => unknown = () => undefined) {
  throwing.set(key, error)
  const scope = newTestScope()
  const { workflowId } = await temporal.startWorkflow(probe, { key }, scope)
  return { scope, workflowId, outcome: await temporal.workflowResult(scope, workflowId, { waitMs: 30_000 }) }
}

test("an activity, local or not, has its caller's scope, and its log lines have their ids", async () => {
  const { scope, workflowId, outcome } = await outcomeOf('scope')
  const { tenantId, environmentId, requestId } = scope
  const seen = { scope, work: { tenantId, environmentId, requestId, workflowId, runId: outcome.runId } }
  expect(outcome).toMatchObject({ status: 'Completed', result: { local: seen, remote: seen } })
})

test('scopes of workflows that run at the same time do not mix', async () => {
  const outcomes = await Promise.all(Array.from({ length: 10 }, (_, index) => outcomeOf(`mix-${index}`)))
  for (const { scope, outcome } of outcomes) {
    expect(outcome).toMatchObject({ result: { local: { scope }, remote: { scope } } })
  }
})

test('the trace of the request goes on in the activities, also through signal with start', async () => {
  const tracer = trace.getTracer('test')
  const { traceId, outcome } = await tracer.startActiveSpan('request', async (span) => {
    const { outcome } = await outcomeOf('trace')
    span.end()
    return { traceId: span.spanContext().traceId, outcome }
  })
  expect(outcome).toMatchObject({ result: { local: { traceId }, remote: { traceId } } })
})

test('a scope is known inside of an activity only', () => {
  expect(currentScope).toThrow()
})

describe('the kind of an error alone decides whether it is tried again', () => {
  const codes = Object.keys(errorCodes).filter((code): code is ErrorCode => code in errorCodes)

  test.each(codes.filter((code) => !isRetryable(errorKind(code))))(
    '%s ends at the first attempt',
    async (code) => {
      const { outcome } = await outcomeOf(code, () => new CodedError(code, 'because'))
      // What is wrong with ourselves keeps its text inside.
      const message = isInternal(errorKind(code)) ? errorCodes[code].title : 'because'
      expect(outcome).toMatchObject({ status: 'Failed', error: { code, message } })
      expect(attempts.get(code)).toBe(1)
    },
  )

  test.each(codes.filter((code) => isRetryable(errorKind(code))))('%s is tried again', async (code) => {
    const { outcome } = await outcomeOf(code, (attempt) =>
      attempt < 3 ? new CodedError(code, 'for now') : undefined,
    )
    expect(outcome.status).toBe('Completed')
    expect(attempts.get(code)).toBe(3)
  })

  test('an error that nobody expected is tried again', async () => {
    const { outcome } = await outcomeOf('bug', (attempt) =>
      attempt < 2 ? new TypeError('a bug') : undefined,
    )
    expect(outcome.status).toBe('Completed')
  })
})

test('the next attempt waits as long as the error asks for', async () => {
  const started = performance.now()
  const later = new CodedError('service_unavailable', 'open breaker', { retryAfterMs: 1_200 })
  await outcomeOf('later', (attempt) => (attempt === 1 ? later : undefined))
  expect(performance.now() - started).toBeGreaterThan(1_200)
})

test('a workflow that was started by hand, without a scope, is refused once and for all', async () => {
  const { type, taskQueue } = probe.definition
  const start = { workflowId: `probe:by-hand:${process.pid}`, taskQueue, args: [{ key: 'by hand' }] }
  const result = withTestClient((client) => client.workflow.execute(type, start))
  await expect(result).rejects.toMatchObject({ cause: { type: 'invalid_operation' } })
})
