/** Plans. */
export type { CreatePlanRequest, PlanFilter, PlanResponse, UpdatePlanRequest } from './plan.ts'
