import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { calculateCharges } from './calculate-charges.ts'

const input = z.strictObject({ id: z.string().min(1) })

const result = z.strictObject({ id: z.string() })

export const calculateChargesContract = defineContract({
  definition: calculateCharges,
  input,
  result,
  progress: undefined,
  workflowId: (environmentId, { id }) => `${calculateCharges.name}:${environmentId}:${id}`,
  entityId: ({ id }) => id,
})

export type CalculateChargesInput = z.infer<typeof input>
export type CalculateChargesResult = z.infer<typeof result>
