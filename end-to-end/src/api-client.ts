import { workflowStatus } from '@flexprice/contracts/wire'
import { type PriceSyncProgress, type PriceSyncResult, workflows } from '@flexprice/contracts/workflows'
import { expect } from 'vitest'
import { z } from 'zod'

/** The holder of a key, over real HTTP. */
export interface ApiClient {
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  /** As `call`, but it has to succeed; answers with the body. */
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown>
  startSync(planId: string): Promise<StartedSync>
  taskResult(sync: StartedSync, wait?: string): Promise<TaskResult>
  /** Waits until the sync tells of its first page, which must not be its last one. */
  firstProgress(sync: StartedSync): Promise<PriceSyncProgress>
  /** Waits for the end of the run, however long it takes. */
  outcome(sync: StartedSync): Promise<TaskResult>
  /** As `outcome`, but it has to have completed; answers with the result. */
  result(sync: StartedSync): Promise<PriceSyncResult>
  priceSyncStatus(planId: string): Promise<z.output<typeof plan>['price_sync_status']>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export type StartedSync = z.output<typeof startedSync>
export type TaskResult = z.output<typeof taskResult>

export function createApiClient(gatewayUrl: string, apiKey: string): ApiClient {
  const call: ApiClient['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${gatewayUrl}/v1${path}`, {
      method,
      headers: {
        'x-api-key': apiKey,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const send: ApiClient['send'] = async (method, path, body) => {
    const answer = await call(method, path, body)
    expect(answer, `${method} ${path}`).toMatchObject({ status: expect.toBeOneOf([200, 201]) })
    return answer.body
  }
  const taskResultOf: ApiClient['taskResult'] = async ({ workflow_id, run_id }, wait = '0s') => {
    const query = new URLSearchParams({ workflow_id, run_id, wait })
    return taskResult.parse(await send('GET', `/tasks/result?${query}`))
  }
  const outcome: ApiClient['outcome'] = async (sync) => {
    for (;;) {
      const task = await taskResultOf(sync, '20s')
      if (task.status !== 'Running') return task
    }
  }
  return {
    call,
    send,
    startSync: async (planId) => startedSync.parse(await send('POST', `/plans/${planId}/sync/subscriptions`)),
    taskResult: taskResultOf,
    async firstProgress(sync) {
      for (;;) {
        const { status, progress } = await taskResultOf(sync)
        expect(status, 'the sync was over before it was looked at: it needs more subscriptions').toBe(
          'Running',
        )
        if (progress !== undefined && progress.subscriptions_processed > 0) return progress
      }
    },
    outcome,
    async result(sync) {
      const task = await outcome(sync)
      expect(task).toMatchObject({ status: 'Completed', result: {} })
      return workflows['price-sync'].result.parse(task.result)
    },
    priceSyncStatus: async (planId) => plan.parse(await send('GET', `/plans/${planId}`)).price_sync_status,
  }
}

const startedSync = z.looseObject({ workflow_id: z.string(), run_id: z.string() })
const taskResult = z.object({
  status: workflowStatus,
  progress: workflows['price-sync'].progress.optional(),
  result: workflows['price-sync'].result.optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})
const plan = z.object({
  price_sync_status: z.object({
    current_sequence: z.int(),
    synced: z.boolean(),
    unsynced_subscription_count: z.int(),
  }),
})
