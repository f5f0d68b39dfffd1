/** Calculations. */
export type { CreateCalculationRequest } from './calculation.ts'
