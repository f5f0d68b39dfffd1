import { z } from 'zod'
import { instant } from './instant.ts'

export const recordStatus = z.enum(['published', 'deleted', 'archived'])

/** The fields that every stored record has in an answer. */
export const recordFields = {
  id: z.string(),
  tenant_id: z.string().optional(),
  environment_id: z.string().optional(),
  status: recordStatus.optional(),
  created_at: instant.optional(),
  updated_at: instant.optional(),
  created_by: z.string().optional(),
  updated_by: z.string().optional(),
}
