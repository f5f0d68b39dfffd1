import { type CreateCreditGrantRequest, grantColumns } from '@flexprice/contracts/grants'
import { createCreditGrant } from '@flexprice/contracts/operations'
import { inTransaction, newId, readNow, type Scoped } from '@flexprice/database/connection'
import {
  type CreditGrantRow,
  firstApplications,
  getCreditGrant,
  grantsOfOneMax,
  holdGrantedSubscription,
  holdGrantingPlan,
  insertApplications,
  insertCreditGrants,
  listPlanGrants,
  listSubscriptionGrants,
} from '@flexprice/database/grants'
import { assert, CodedError, invalid } from '@flexprice/domain'
import { grantFitProblems } from '@flexprice/domain/wallet'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditGrantResponse } from './credit-grant-response.ts'

export function createCreditGrantRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createCreditGrant),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body } = request
      const row = await inTransaction(scoped, async (transaction) => {
        const id = await makeGrant(transaction, body, await readNow(transaction))
        return getCreditGrant(transaction, id)
      })
      return reply.code(201).send(creditGrantResponse(scoped.scope, row))
    },
  })
}

async function makeGrant(scoped: Scoped, body: CreateCreditGrantRequest, now: Date): Promise<string> {
  return body.scope === 'PLAN' ? makePlanGrant(scoped, body, now) : makeSubscriptionGrant(scoped, body, now)
}

/** For the subscriptions that the plan will have: those that are there keep what they were made with. */
async function makePlanGrant(scoped: Scoped, body: CreateCreditGrantRequest, now: Date): Promise<string> {
  const { plan_id: planId } = body
  assert(planId !== undefined, 'the schema wants it')
  expectIdOf('plan', planId)
  await holdGrantingPlan(scoped, planId)
  refuseMore(await listPlanGrants(scoped, [planId]))
  const id = newId('creditGrant')
  const owner = { scope: 'PLAN', plan_id: planId, subscription_id: null } as const
  await insertCreditGrants(scoped, [{ ...grantColumns(body), ...owner, id }], now)
  return id
}

/** It begins now unless it says otherwise, or, of a draft, with it. */
async function makeSubscriptionGrant(
  scoped: Scoped,
  body: CreateCreditGrantRequest,
  now: Date,
): Promise<string> {
  const { subscription_id: subscriptionId } = body
  assert(subscriptionId !== undefined, 'the schema wants it')
  expectIdOf('subscription', subscriptionId)
  const subscription = await holdGrantedSubscription(scoped, subscriptionId)
  refuseMore(await listSubscriptionGrants(scoped, subscriptionId))
  const isDraft = subscription.subscription_status === 'draft'
  const columns = grantColumns(body)
  const grant = {
    ...columns,
    id: newId('creditGrant'),
    scope: 'SUBSCRIPTION',
    plan_id: null,
    subscription_id: subscriptionId,
    start_date: columns.start_date ?? (isDraft ? null : now),
  } as const
  const problems = grantFitProblems(grant, subscription)
  if (problems.length > 0) throw invalid(problems)
  await insertCreditGrants(scoped, [grant], now)
  if (!isDraft) await insertApplications(scoped, firstApplications(grant, subscription), now)
  return grant.id
}

function refuseMore(grants: readonly CreditGrantRow[]): void {
  if (grants.length < grantsOfOneMax) return
  throw new CodedError(
    'invalid_operation',
    `There are ${grants.length} credit grants of it, and no more can be`,
  )
}
