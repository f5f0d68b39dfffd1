import { grantColumns } from '@flexprice/contracts/grants'
import type { CreateSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import { newId } from '@flexprice/database/connection'
import type { SubscriptionCreation } from '@flexprice/database/creation'
import { firstApplications, type NewApplication, type NewCreditGrant } from '@flexprice/database/grants'
import { type FieldProblem, invalid } from '@flexprice/domain'
import { grantFitProblems } from '@flexprice/domain/wallet'

type Granted = Omit<SubscriptionCreation['subscription'], 'subscription_status' | 'warnings'>

/**
 * The credit grants that a subscription is asked to begin with.
 *
 * @throws validation_error that names the grant and its field
 */
export function ownGrants(
  { credit_grants: asked = [] }: CreateSubscriptionRequest,
  subscription: Granted,
): NewCreditGrant[] {
  const problems: FieldProblem[] = []
  const grants = asked.map((one, index) => {
    const columns = grantColumns(one)
    for (const { path, message } of grantFitProblems(columns, subscription)) {
      problems.push({ path: `credit_grants[${index}].${path}`, message })
    }
    return {
      ...columns,
      id: newId('creditGrant'),
      scope: 'SUBSCRIPTION',
      plan_id: null,
      subscription_id: subscription.id,
    } as const
  })
  if (problems.length > 0) throw invalid(problems)
  return grants
}

/** What is to come first of each grant. */
export function planApplications(grants: readonly NewCreditGrant[], subscription: Granted): NewApplication[] {
  return grants.flatMap((grant) => firstApplications(grant, subscription))
}
