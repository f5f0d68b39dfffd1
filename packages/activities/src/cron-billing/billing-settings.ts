import type { Scoped } from '@flexprice/database/connection'
import { type EnvironmentSettings, getEnvironmentSettings } from '@flexprice/database/tenancy'
import { CodedError } from '@flexprice/domain'

/**
 * The environment's settings for billing one subscription on somebody's request.
 *
 * @throws state_conflict while the environment's billing is paused
 */
export async function billingSettings(
  transaction: Scoped,
  subscriptionId: string,
): Promise<EnvironmentSettings> {
  const settings = await getEnvironmentSettings(transaction)
  refusePaused(settings, subscriptionId)
  return settings
}

/** @throws state_conflict while the environment's billing is paused */
export function refusePaused(
  { billing_paused: isPaused }: EnvironmentSettings,
  subscriptionId: string,
): void {
  if (!isPaused) return
  const message = `Subscription ${subscriptionId} has a period that is not billed, or credits that are not given, and the environment's billing is paused`
  throw new CodedError('state_conflict', message)
}
