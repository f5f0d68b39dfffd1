import {
  createCalculateChargesActivities,
  createCalculateChargesEvents,
} from '@flexprice/activities/calculate-charges'
import { workflows } from '@flexprice/contracts/workflows'
import { createLogger, createMetrics } from '@flexprice/observability'
import { currentScope } from '@flexprice/temporal-worker'
import { startTestWorker } from '@flexprice/testing/temporal'
import { startGatewayWithCreation } from './creation-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

/** The gateway with the workers that make subscriptions and calculate charges, all in the test's process. */
export async function startGatewayWithCharges(): Promise<GatewayUnderTest> {
  const gateway = await startGatewayWithCreation()
  const worker = await startTestWorker({
    definition: workflows['calculate-charges'].definition,
    bundle: {
      workflows: import.meta.resolve('@flexprice/workflows/calculate-charges'),
      interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
    },
    activities: createCalculateChargesActivities({
      scoped: () => gateway.database.database.scoped(currentScope()),
      slicesMax: 2,
      events: createCalculateChargesEvents({
        logger: createLogger({ service: 'test', level: 'fatal' }),
        metrics: createMetrics({ service: 'test' }),
      }),
    }),
  })
  return {
    ...gateway,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }
}
