import { type FieldProblem, invalid } from '@flexprice/domain'
import type { z } from 'zod'
import type { WorkflowContract } from './define-contract.ts'

/** Parses what a workflow is to be started with; throws `validation_error` with each bad field's path. */
export function parseInput(contract: WorkflowContract, input: unknown): unknown {
  const parsed = contract.input.safeParse(input)
  if (!parsed.success) throw invalid(parsed.error.issues.map(toProblem))
  return parsed.data
}

function toProblem(issue: z.core.$ZodIssue): FieldProblem {
  let path = ''
  for (const part of issue.path) {
    if (typeof part === 'number') path += `[${part}]`
    else path += path === '' ? String(part) : `.${String(part)}`
  }
  return { path, message: issue.message }
}
