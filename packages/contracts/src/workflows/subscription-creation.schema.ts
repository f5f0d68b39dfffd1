import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { subscriptionCreation } from './subscription-creation.ts'

const input = z.strictObject({ id: z.string().min(1) })

const result = z.strictObject({ id: z.string() })

export const subscriptionCreationContract = defineContract({
  definition: subscriptionCreation,
  input,
  result,
  progress: undefined,
  workflowId: (environmentId, { id }) => `${subscriptionCreation.name}:${environmentId}:${id}`,
  entityId: ({ id }) => id,
})

export type SubscriptionCreationInput = z.infer<typeof input>
export type SubscriptionCreationResult = z.infer<typeof result>
