import { setTimeout as sleep } from 'node:timers/promises'
import { type ServiceProcess, startService, type TestDatabase } from '@flexprice/testing'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { expect } from 'vitest'
import { addChangingEnvironment, changeHere, type PlanName, writtenIn } from './changing-environment.ts'

/** The worker as a process of its own. @param temporalAddress of a way to Temporal that can be cut */
export function startWorker({ appUrl }: TestDatabase, temporalAddress?: string): Promise<ServiceProcess> {
  const { address, namespace } = testTemporalSettings()
  return startService('worker-subscription-change', {
    DATABASE_URL: appUrl,
    DATABASE_POOL_SIZE: '25',
    DATABASE_LOCK_TIMEOUT_MS: '18000',
    TEMPORAL_ADDRESS: temporalAddress ?? address,
    TEMPORAL_NAMESPACE: namespace,
    LOG_LEVEL: 'error',
  })
}

/** Until the killed worker's transactions are gone: PostgreSQL learns of its end when it next writes to it. */
export async function untilNobodyWorks({ asOwner }: TestDatabase): Promise<void> {
  const working = `select from pg_stat_activity
    where datname = current_database() and application_name = 'worker-subscription-change' and xact_start is not null`
  for (let tries = 0; tries < 200 && (await asOwner(working)).length > 0; tries++) await sleep(50)
  expect(await asOwner(working)).toEqual([])
}

/** What the same changes write where nobody is killed, each made once. */
export function createUnharmed(database: TestDatabase) {
  const known = new Map<string, ReturnType<typeof make>>()
  return (of: UnharmedChange) => {
    const key = `${of.clockAt} ${of.to}`
    const written = known.get(key) ?? make(of)
    known.set(key, written)
    return written
  }
  async function make({ clockAt, to, count = 1 }: UnharmedChange) {
    const environment = await addChangingEnvironment(database, { clockAt, count })
    for (const id of environment.subscriptionIds) await changeHere(environment, id, to)
    return await writtenIn(environment)
  }
}

interface UnharmedChange {
  readonly clockAt: string
  readonly to: PlanName
  readonly count?: number
}
