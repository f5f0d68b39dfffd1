import { getCalculation } from '@flexprice/contracts/operations'
import {
  type CalculationRow,
  getCalculation as findCalculation,
  getCalculationProgress,
  sumCalculation,
  sumCalculationByPlan,
} from '@flexprice/database/calculations'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function getCalculationRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCalculation),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('calculation', id)
      const [row, progress, totals, byPlan] = await Promise.all([
        findCalculation(scoped, id),
        getCalculationProgress(scoped, id),
        sumCalculation(scoped, id),
        sumCalculationByPlan(scoped, id),
      ])
      return reply.send({
        ...calculationResponse(row),
        subscriptions_processed: progress?.processed ?? 0,
        subscriptions_failed: progress?.failed ?? 0,
        totals: totals.map(withPlainSums),
        totals_by_plan: byPlan.map(withPlainSums),
      })
    },
  })
}

function calculationResponse(row: CalculationRow) {
  const status =
    row.finished_at !== null ? 'COMPLETED' : row.subscriptions_total !== null ? 'RUNNING' : 'PENDING'
  return {
    id: row.id,
    status,
    workflow_id: row.workflow_id ?? undefined,
    run_id: row.workflow_run_id ?? undefined,
    plan_id: row.plan_id ?? undefined,
    period_start: row.period_start ?? undefined,
    period_end: row.period_end ?? undefined,
    create_drafts: row.creates_drafts,
    pinned_at: row.pinned_at,
    subscriptions_total: row.subscriptions_total ?? undefined,
    created_at: row.created_at,
    finished_at: row.finished_at ?? undefined,
  } as const
}

function withPlainSums<Sums extends { readonly subtotal: string; readonly total: string }>(sums: Sums) {
  return { ...sums, subtotal: decimalText(sums.subtotal), total: decimalText(sums.total) }
}
