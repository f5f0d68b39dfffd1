import { createCronBillingActivities, createCronBillingEvents } from '@flexprice/activities/cron-billing'
import { workflows } from '@flexprice/contracts/workflows'
import { currentScope } from '@flexprice/temporal-worker'
import { startGatewayWithCharges } from './charges-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { unseenTelemetry, withWorker } from './with-worker.ts'

/**
 * The gateway with the workers that make subscriptions, calculate charges and bill, all in the test's process.
 *
 * @param start of a gateway that has further ones
 */
export async function startGatewayWithBilling(start = startGatewayWithCharges): Promise<GatewayUnderTest> {
  const gateway = await start()
  const { database } = gateway.database
  const activities = createCronBillingActivities({
    scoped: () => database.scoped(currentScope()),
    listDueEnvironments: (page) => database.listDueEnvironments(page),
    async startBilling(scope) {
      await gateway.temporal.startWorkflow(workflows['cron-billing'], { kind: 'due' }, scope)
    },
    slicesMax: 2,
    events: createCronBillingEvents(unseenTelemetry()),
  })
  return withWorker(gateway, 'cron-billing', activities)
}
