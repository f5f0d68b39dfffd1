import { CodedError } from '@flexprice/domain'
import type { Client, Connection } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'
import { searchAttributeNames } from './search-attributes.ts'

const keyword = 2

/**
 * Makes those of our search attributes that the namespace lacks, and answers their names. Safe to repeat. Temporal Cloud
 * has no such call: there they are made by its own console or command line.
 *
 * @throws state_conflict when one of them exists with another type
 */
export async function applySearchAttributes(
  client: Client,
  connection: Pick<Connection, 'operatorService'>,
  options: CallOptions = {},
): Promise<string[]> {
  const { namespace } = client.options
  const { customAttributes } = await call(
    client,
    () => connection.operatorService.listSearchAttributes({ namespace }),
    options,
  )
  const present = new Map(Object.entries(customAttributes ?? {}))
  const different = searchAttributeNames.filter((name) => present.has(name) && present.get(name) !== keyword)
  if (different.length > 0) {
    throw new CodedError(
      'state_conflict',
      `The namespace ${namespace} has ${different.join(', ')} with another type than Keyword`,
    )
  }
  const missing = searchAttributeNames.filter((name) => !present.has(name))
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, keyword]))
    await call(
      client,
      () => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }),
      options,
    )
  }
  return missing
}
