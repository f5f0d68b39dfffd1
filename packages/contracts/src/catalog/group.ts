import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { identifier, identifiers, name, text } from '../wire/text.ts'

const groupEntityType = z.enum(['price', 'feature'])

export const createGroupRequest = z.strictObject({
  name: name.min(1),
  lookup_key: identifier,
  // A text in the contract; these are the kinds that can be grouped.
  entity_type: z.string().pipe(groupEntityType),
})

export const groupFilter = z.strictObject({
  ...searchFields,
  group_ids: identifiers.optional(),
  entity_type: text(50).optional(),
  lookup_key: identifier.optional(),
  name: name.optional(),
  expand: expand([]),
})

export const groupResponse = z
  .object({
    id: z.string(),
    name: z.string(),
    lookup_key: z.string(),
    entity_type: z.string(),
    // The oldest ones; features, and prices that have not ended.
    entity_ids: z.array(z.string()).optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    status: z.string(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'GroupResponse' })
export type GroupResponse = z.output<typeof groupResponse>

export const listGroupsResponse = listOf(groupResponse).meta({ id: 'ListGroupsResponse' })
