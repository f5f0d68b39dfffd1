import type { WorkflowName } from '@flexprice/contracts/workflows'
import { priceBody } from '@flexprice/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer } from '../api-client.ts'
import type { Tenant } from '../balanced/balanced-stack.ts'

const withId = z.looseObject({ id: z.string() })

/** Starts each workflow by its request: the traces' ids, as the answers name them. */
export async function startEachWorkflow(
  { api, apiKey }: Tenant,
  url: string,
): Promise<ReadonlyMap<WorkflowName, string>> {
  const make = async (path: string, body: object) => withId.parse(await api.send('POST', path, body)).id
  const planId = await make('/plans', { name: 'Pro' })
  await make('/prices', priceBody(planId))
  await make('/customers', { external_id: 'ada', name: 'Ada' })
  const subscription = {
    external_customer_id: 'ada',
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
  }
  const created = await api.call('POST', '/subscriptions', subscription)
  const { id } = withId.parse(created.body)
  const otherPlanId = await make('/plans', { name: 'Max' })
  await make('/prices', priceBody(otherPlanId, { amount: '20' }))
  const change = {
    target_plan_id: otherPlanId,
    proration_behavior: 'create_prorations',
    billing_period: 'MONTHLY',
    billing_cycle: 'anniversary',
    billing_cadence: 'RECURRING',
  }
  const importTask = async (track_progress: boolean) =>
    api.call('POST', '/tasks', {
      ...{ task_type: 'IMPORT', entity_type: 'EVENTS', file_type: 'CSV', file_provider: 'upload' },
      upload_id: await upload(url, apiKey),
      track_progress,
    })
  const answers: Readonly<Record<WorkflowName, Answer>> = {
    'subscription-creation': created,
    'price-sync': await api.call('POST', `/plans/${planId}/sync/subscriptions`),
    'subscription-change': await api.call('POST', `/subscriptions/${id}/change/preview`, change),
    'calculate-charges': await api.call('POST', '/calculations', { plan_id: planId }),
    'cron-billing': await api.call('POST', '/billing/runs', {}),
    'task-processing': await importTask(false),
    'task-processing-with-progress': await importTask(true),
  }
  return new Map(
    Object.entries(answers).map(([name, { status, headers, body }]) => {
      expect(status, `${name}: ${JSON.stringify(body)}`).toBeLessThan(300)
      return [workflowName.parse(name), headers.get('x-trace-id') ?? '']
    }),
  )
}

const workflowName = z.custom<WorkflowName>((value) => typeof value === 'string')

async function upload(url: string, apiKey: string): Promise<string> {
  const form = new FormData()
  form.append(
    'file',
    new Blob(['event_name,external_customer_id,timestamp\ncall,ada,2026-08-01T00:00:00Z\n']),
    'events.csv',
  )
  const answer = await fetch(`${url}/v1/files`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey },
    body: form,
  })
  return z.object({ upload_id: z.string() }).parse(await answer.json()).upload_id
}
