import type { Scoped } from '@flexprice/database/connection'
import { notFound } from '@flexprice/domain'
import { expectIdOf } from '../id-kind.ts'

/** What a caller may write who does not know its environment's id. */
const ownWord = 'current'

/**
 * The id of the environment that a path names. A key belongs to one environment; another does not exist for it.
 *
 * @throws not_found
 */
export function ownEnvironment({ scope }: Scoped, id: string): string {
  if (id === ownWord) return scope.environmentId
  expectIdOf('environment', id)
  if (id !== scope.environmentId) throw notFound('Environment', id)
  return id
}
