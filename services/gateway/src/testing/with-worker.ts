import { workflows } from '@flexprice/contracts/workflows'
import { createLogger, createMetrics } from '@flexprice/observability'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import type { GatewayUnderTest } from './gateway-under-test.ts'

/** The gateway with one more worker in the test's process, which stops before it does. */
export async function withWorker(
  gateway: GatewayUnderTest,
  name: keyof typeof workflows,
  activities: Parameters<typeof startTestWorker>[0]['activities'],
): Promise<GatewayUnderTest> {
  const worker = await startTestWorker({
    definition: workflows[name].definition,
    bundle: {
      workflows: import.meta.resolve(`@flexprice/workflows/${name}`),
      interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
    },
    activities,
  })
  return {
    ...gateway,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }
}

/** What a worker's business events are told to, unseen. */
export function unseenTelemetry() {
  return {
    logger: createLogger({ service: 'test', level: 'fatal' }),
    metrics: createMetrics({ service: 'test' }),
  }
}
