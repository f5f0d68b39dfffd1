import { workflows } from '@flexprice/contracts/workflows'
import type { Temporal } from '@flexprice/temporal-client'
import { type ServiceProcess, startService, type TestDatabase } from '@flexprice/testing'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import type { DueEnvironment } from './due-environment.ts'

const contract = workflows['cron-billing']

/** The worker as a process of its own. @param addresses `host:port` of ways to the servers that can be cut */
export function startBillingWorker(
  { appUrl }: TestDatabase,
  addresses: { postgres?: string; temporal?: string } = {},
): Promise<ServiceProcess> {
  const url = new URL(appUrl)
  if (addresses.postgres !== undefined) url.host = addresses.postgres
  const { address, namespace } = testTemporalSettings()
  return startService('worker-cron-billing', {
    DATABASE_URL: url.href,
    DATABASE_POOL_SIZE: '20',
    DATABASE_LOCK_TIMEOUT_MS: '18000',
    TEMPORAL_ADDRESS: addresses.temporal ?? address,
    TEMPORAL_NAMESPACE: namespace,
    CRON_BILLING_SLICES: '1',
    LOG_LEVEL: 'error',
  })
}

/** Starts the billing of what is due in each, as a tick does; resolves with what waits for their ends. */
export async function startBillings(
  temporal: Temporal,
  environments: readonly DueEnvironment[],
): Promise<() => Promise<unknown[]>> {
  const started = await Promise.all(
    environments.map(async ({ scoped: { scope } }) => {
      const { workflowId, runId } = await temporal.startWorkflow(contract, { kind: 'due' }, scope)
      return () => temporal.workflowResult(scope, workflowId, { runId, waitMs: resultMsMax })
    }),
  )
  return () => Promise.all(started.map((result) => result()))
}

const resultMsMax = 120_000
