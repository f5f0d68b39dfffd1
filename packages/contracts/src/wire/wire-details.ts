import type { ErrorDetails, FieldProblem } from '@flexprice/domain'
import { z } from 'zod'

/** `details.fields` on the wire: what is wrong with each bad field, by its path. FlexPrice's SDKs lose an error with a list in it. */
export const problemsByPath = z.record(z.string(), z.string())

/** What is wrong with the request as a whole has no path: the error's message says it. */
export function problemsAsObject(fields: readonly FieldProblem[]): Record<string, string> {
  const messages = Map.groupBy(
    fields.filter(({ path }) => path !== ''),
    ({ path }) => path,
  )
  return Object.fromEntries(
    [...messages].map(([path, problems]) => [path, problems.map(({ message }) => message).join('; ')]),
  )
}

/** An error's details in the form that every door tells them. */
export function wireDetails({ fields, ...others }: ErrorDetails): Record<string, unknown> {
  return fields === undefined ? others : { ...others, fields: problemsAsObject(fields) }
}
