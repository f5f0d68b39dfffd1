import { expect } from 'vitest'
import { z } from 'zod'
import { invoicesOf } from './bill.ts'
import type { Answer, Caller } from './caller-under-test.ts'
import { addPlan } from './changes-under-test.ts'
import { meteredFeatureBody, usageOf } from './metered-feature.ts'

/** A monthly subscription since 1 June 2026: 30 in advance, 60 in arrears, 0.5 a call. */
export async function addEnding(caller: Caller, changes: object = {}) {
  const eventName = `call-${++made}`
  const feature = await caller.create('/features', meteredFeatureBody({}, { event_name: eventName }))
  const planId = await addPlan(caller, 'Pro', [
    { amount: '30' },
    { amount: '60', invoice_cadence: 'ARREAR' },
    usageOf(feature.meter_id, { amount: '0.5' }),
  ])
  const externalId = `ending-${made}`
  await caller.create('/customers', { external_id: externalId, name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    ...{ external_customer_id: externalId, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
    ...{ start_date: '2026-06-01T00:00:00Z', ...changes },
  })
  const use = async (...instants: readonly string[]) => {
    for (const timestamp of instants) {
      const event = { event_name: eventName, external_customer_id: externalId, timestamp, properties: {} }
      expect(await caller.call('POST', '/events', event)).toMatchObject({ status: 202 })
    }
  }
  return { id, planId, externalId, use }
}

let made = 0

export type Act = 'cancel' | 'pause' | 'resume'

export function call(caller: Caller, act: Act, id: string, body: object, headers = {}): Promise<Answer> {
  return caller.call('POST', `/subscriptions/${id}/${act}`, body, headers)
}

const previewed = z.looseObject({
  total_credit_amount: z.string(),
  total_charge_amount: z.string(),
  effective_date: z.string(),
  invoices: z.array(z.looseObject({ total: z.string(), amount_due: z.string() })),
})

export async function preview(caller: Caller, act: Act, id: string, body: object) {
  const answer = await caller.call('POST', `/subscriptions/${id}/${act}/preview`, body)
  expect(answer).toMatchObject({ status: 200 })
  return previewed.parse(answer.body)
}

/** Each invoice as "reason from–to: total, less what credits took of it", of whatever state. */
export async function billsOf(caller: Caller, id: string): Promise<string[]> {
  const short = (instant: string) => instant.slice(5, 10)
  const all = await invoicesOf(caller, id)
  return all
    .filter(({ invoice_status }) => invoice_status !== 'SKIPPED')
    .map((one) => {
      const { adjustment_amount: less } = z.object({ adjustment_amount: z.string() }).parse(one)
      const period = `${short(one.period_start)}–${short(one.period_end)}`
      return `${one.billing_reason.slice(13)} ${period}: ${one.total}${less === '0' ? '' : ` − ${less}`}`
    })
    .toSorted()
}
